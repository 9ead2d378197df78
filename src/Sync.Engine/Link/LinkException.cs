namespace Sync.Engine.Link;

/// <summary>A link could not be made or broke. The message says what, where, and what to do next.</summary>
public sealed class LinkException : Exception
{
    /// <summary>With a reason that decides whether it is tried again.</summary>
    public LinkException(LinkFailure failure, string message, Exception? inner = null)
        : base(message, inner) => Failure = failure;

    /// <summary>The reason.</summary>
    public LinkFailure Failure { get; }
}
