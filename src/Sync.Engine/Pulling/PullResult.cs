using Sync.Engine.Model;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>How a pull has ended.</summary>
public sealed record PullResult
{
    /// <summary>The revision that the directory is at.</summary>
    public required Revision Revision { get; init; }

    /// <summary>The tag it was asked for by; "": none.</summary>
    public required string Tag { get; init; }

    /// <summary>The tree.</summary>
    public required PulledTree Tree { get; init; }

    /// <summary>Nothing was to be done.</summary>
    public bool IsUnchanged { get; init; }

    /// <summary>Entries that were not there.</summary>
    public long Created { get; init; }

    /// <summary>Entries with other content.</summary>
    public long Updated { get; init; }

    /// <summary>Entries with another mode, mtime or owner.</summary>
    public long Touched { get; init; }

    /// <summary>Entries that the share has not.</summary>
    public long Deleted { get; init; }

    /// <summary>Entries that the share has not, and that were kept.</summary>
    public long Kept { get; init; }

    /// <summary>Bytes of contents over the link.</summary>
    public long Received { get; init; }

    /// <summary>Bytes of contents out of the cache.</summary>
    public long Cached { get; init; }

    /// <summary>How often the host was asked: more than once where contents were superseded.</summary>
    public int Rounds { get; init; } = 1;

    /// <summary>What is, or would be, changed; directories before what is in them.</summary>
    public IReadOnlyList<PullItem> Items { get; init; } = [];
}
