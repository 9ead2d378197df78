using Sync.Engine.Files;
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

    /// <summary>How watching it went.</summary>
    public FsError Watching { get; set; }

    public FsError Error { get; set; }

    public FileStat Self { get; set; }

    public List<DirectoryItem> Items { get; } = [];

    public Dictionary<string, string?> LinkTargets { get; } = [];

    /// <summary>Its <c>.syncignore</c>, if it has one.</summary>
    public RuleFile? SyncIgnore { get; set; }

    /// <summary>Its <c>.gitignore</c>, if it has one that counts.</summary>
    public RuleFile? GitIgnore { get; set; }

    /// <summary>The path of another replica's own directory, if that is here: what is here is synced by it.</summary>
    public string? Replica { get; set; }

    /// <summary>One of them was being written.</summary>
    public bool IsRuleFileChanging { get; set; }
}
