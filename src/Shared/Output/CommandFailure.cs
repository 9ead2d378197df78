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
}
