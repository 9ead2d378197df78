namespace Sync.Engine.Publishing;

/// <summary>A path that another replica changed while it was pushed: what the push brings does not stand there.</summary>
/// <param name="Path">In the share.</param>
/// <param name="IsCopied">The push's bytes stand beside it as a conflict copy; else the other's state stands alone.</param>
public sealed record PublishConflict(string Path, bool IsCopied);
