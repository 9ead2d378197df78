namespace Sync.Engine.Snapshots;

/// <summary>Contents that are asked for.</summary>
/// <param name="First">The number of the first entry.</param>
/// <param name="Count">How many entries from there on; those that are no files are passed over.</param>
/// <param name="Offset">Where the only content begins: what comes before is there already.</param>
/// <param name="Length">Of the only content, so many bytes from the offset on; 0: to its end.</param>
/// <param name="IsForChunks">The chunk lists of the contents are asked for, not their bytes.</param>
public readonly record struct PullWant(int First, int Count, long Offset = 0, long Length = 0, bool IsForChunks = false)
{
    /// <summary>Whether it is of whole contents, from their beginnings on: such are asked for many at a time.</summary>
    public bool IsWhole => Offset == 0 && Length == 0 && !IsForChunks;
}
