namespace Sync.Engine.Snapshots;

/// <summary>What a guest that pulls asks for.</summary>
/// <param name="Share">The share's name.</param>
/// <param name="SubPath">The part of it; "" for all.</param>
/// <param name="At">A tag, or a revision; "" for the present.</param>
public sealed record PullRequest(string Share, string SubPath, string At)
{
    /// <summary>The hash of the tree that the guest has; empty: none.</summary>
    public ReadOnlyMemory<byte> KnownTree { get; init; }
}
