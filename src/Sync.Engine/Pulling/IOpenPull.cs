using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>A pull that the host has opened.</summary>
public interface IOpenPull : IPullFeed, IAsyncDisposable
{
    /// <summary>What it brings.</summary>
    PullHead Head { get; }

    /// <summary>Reads the tree, which follows the head unless it is known.</summary>
    Task<PulledTree> ReadTreeAsync(CancellationToken cancel);
}
