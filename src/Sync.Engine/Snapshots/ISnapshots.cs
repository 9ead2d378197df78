namespace Sync.Engine.Snapshots;

/// <summary>The earlier states of a share that are still held whole: tags, and revisions that a tag names.</summary>
internal interface ISnapshots
{
    /// <summary>The state that a tag's name, or a revision's number ("123" or "r123"), stands for.</summary>
    /// <param name="at">As the user wrote it: 1 to 255 bytes.</param>
    /// <param name="cancel">Ends the look.</param>
    /// <returns>Null where no such state is held whole. The present revision need not be known here.</returns>
    ValueTask<Snapshot?> FindAsync(string at, CancellationToken cancel);
}
