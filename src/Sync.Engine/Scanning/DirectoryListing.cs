using Sync.Engine.Files;
using Sync.Engine.Ignoring;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>One look into one directory. What was known when it began is given, the rest is found on a worker.</summary>
internal sealed record DirectoryListing(Node Begun, string Path, bool Recursive)
{
    /// <summary>The directory as it stands in the trees now.</summary>
    public Node Directory => Begun.Current;

    /// <summary>The job that gave rise to it.</summary>
    public long Origin { get; init; }

    /// <summary>The placement clock when it began: looks that began later have a higher one.</summary>
    public long Clock { get; init; }

    /// <summary>The rules of its parent when it began; null for the root.</summary>
    public IgnoreRules? Above { get; init; }

    /// <summary>How watching it went.</summary>
    public FsError Watching { get; set; }

    public FsError Error { get; set; }

    public FileStat Self { get; set; }

    public List<DirectoryItem> Items { get; } = [];

    public Dictionary<string, string?> LinkTargets { get; } = [];

    public IgnoreFile? SyncIgnore { get; set; }

    public IgnoreFile? GitIgnore { get; set; }
}
