using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Names;
using Sync.Engine.Planning;
using Sync.Engine.Trees;

namespace Sync.Engine.Placing;

/// <summary>One step on disk, with all that the plan saw: what stands at the target must still be that, or nothing is done.</summary>
internal sealed record Placement(Node Node, Step Step)
{
    /// <summary>The state to be reached.</summary>
    public required Entry Entry { get; init; }

    /// <summary>Where it is now; equal to <see cref="Target"/> for what does not move.</summary>
    public required string Source { get; init; }

    /// <summary>Where it shall be.</summary>
    public required string Target { get; init; }

    /// <summary>What the plan saw at <see cref="Source"/>.</summary>
    public FileStamp Expected { get; init; }

    /// <summary>What is displaced, or exchanged with: its kind and what the plan saw.</summary>
    public EntryKind OtherKind { get; init; }

    /// <inheritdoc cref="OtherKind"/>
    public FileStamp OtherExpected { get; init; }

    /// <summary>The bytes, where a file's content is placed.</summary>
    public ContentSupply Supply { get; set; }

    /// <summary>Of them, those in memory.</summary>
    public long HeldBytes => Supply.Bytes?.Length ?? 0;

    /// <summary>The content of what is displaced or removed, as the trees have it: others may want it, and find it in the version store by that.</summary>
    public ContentId DisplacedContent { get; init; }

    /// <summary>Others that want the same bytes wait for them to stand here.</summary>
    public bool HoldsContent { get; set; }

    /// <summary>Where in staging its supply stands again, if it was not placed.</summary>
    public string? KeptSupply { get; set; }

    /// <summary>Directories that names come into or go from, whose modes keep their owner from that; opened for the moment if it has to be.</summary>
    public IReadOnlyList<string> Closed { get; init; } = [];

    /// <summary>Why what is displaced goes to the version store.</summary>
    public string Reason { get; set; } = "replaced";

    /// <summary>What came of it.</summary>
    public PlacementOutcome Outcome { get; set; }

    /// <summary>Why not, if it failed.</summary>
    public FsError Error { get; set; }

    /// <summary>The file system cannot hold the name: nothing is tried.</summary>
    public NameFault NameFault { get; init; }

    /// <summary>What was in its way, where a file system takes different names for the same; 0 where it does not.</summary>
    public ulong OccupantKey { get; set; }

    /// <summary>What stands at the target now, if it was done.</summary>
    public FileStat Result { get; set; }

    /// <summary>The file key of the directory that it was put into by its path; 0: not known.</summary>
    public ulong DirectoryKey { get; set; }

    /// <summary>Displaced files that still have a writer.</summary>
    public Lingering? Lingering { get; set; }

    /// <summary>The staged file, between staging and placing.</summary>
    public string? Staged { get; set; }

    /// <summary>How long the file is on disk, where that is not its content's length: it has CRLF there.</summary>
    public long? DiskLength { get; set; }

    /// <summary>Its stamp.</summary>
    public FileStamp StagedStamp { get; set; }
}
