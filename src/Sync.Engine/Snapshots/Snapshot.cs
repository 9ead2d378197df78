using Sync.Delta;
using Sync.Engine.Model;
using Sync.Engine.Transfer;

namespace Sync.Engine.Snapshots;

/// <summary>A share's tree as it was at one committed revision. Immutable.</summary>
/// <param name="Revision">The revision.</param>
/// <param name="Entries">All live entries but the root's own, in no order; what no living directory leads to is left out by whoever reads them.</param>
internal sealed record Snapshot(Revision Revision, IReadOnlyList<Entry> Entries)
{
    /// <summary>The name by which it was asked for; null: the present.</summary>
    public string? Tag { get; init; }

    /// <summary>Where a content of this snapshot is kept, if the replica has it nowhere else. Called from any thread; null: nowhere.</summary>
    public Func<ContentId, ContentPlace?>? Kept { get; init; }
}
