namespace Sync.Engine.Replicas;

/// <summary>A replica could not start now. It may be tried again: other shares go on meanwhile, and status shows the message.</summary>
public sealed class ReplicaStartException : Exception
{
    /// <summary>With a code that is stable for scripts, and a message that says what, which path, and what to do next.</summary>
    public ReplicaStartException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>One of <see cref="ReplicaStartCodes"/>.</summary>
    public string Code { get; }
}
