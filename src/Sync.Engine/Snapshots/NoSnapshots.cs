namespace Sync.Engine.Snapshots;

/// <summary>Only the present is held.</summary>
internal sealed class NoSnapshots : ISnapshots
{
    public ValueTask<Snapshot?> FindAsync(string at, CancellationToken cancel) => ValueTask.FromResult<Snapshot?>(null);
}
