namespace Sync.Engine.Snapshots;

/// <summary>Contents that are asked for.</summary>
/// <param name="First">The number of the first entry.</param>
/// <param name="Count">How many entries from there on; those that are no files are passed over.</param>
/// <param name="Offset">Where the only content begins: what comes before is there already.</param>
public readonly record struct PullWant(int First, int Count, long Offset = 0);
