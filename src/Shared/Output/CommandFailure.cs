namespace Sync.Shared.Output;

/// <summary>A command cannot do what was asked. The message is one line: what, which path, what to do next.</summary>
internal sealed class CommandFailure : Exception
{
    public CommandFailure(ExitCode code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    public CommandFailure(string message, Exception? inner = null)
        : this(ExitCode.Failed, message, inner)
    {
    }

    /// <summary>What the process ends with.</summary>
    public ExitCode Code { get; }

    /// <summary>What was named does not exist: 404 in the API.</summary>
    public bool IsNotFound { get; private init; }

    /// <summary>The failure where what was named does not exist.</summary>
    public static CommandFailure NotFound(string message) => new(ExitCode.Failed, message) { IsNotFound = true };
}
