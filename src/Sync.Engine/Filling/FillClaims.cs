using Sync.Engine.Control;
using Sync.Engine.Ignoring;
using Sync.Engine.Model;
using Sync.Engine.Scanning;
using Sync.Engine.Transfer;
using Sync.Engine.Trees;

namespace Sync.Engine.Filling;

/// <summary>
/// The nodes that a filling is about to put in place: as long as they are claimed nobody else does, and what is seen at their names is not judged. They are let go
/// one by one, placed or not. Lives on the control loop.
/// </summary>
internal sealed class FillClaims(ReplicaContext context, Observer observer, StagedContents staged)
{
    /// <summary>Longer contents are left to the transfer that resumes, passes the page cache and sends deltas, in bytes.</summary>
    public const long LongestFile = 16 << 20;

    private const string GitDirectory = ".git";

    private readonly HashSet<Node> _claimed = [];

    private TreeSet Trees => context.Trees;

    /// <summary>So many.</summary>
    public int Count => _claimed.Count;

    /// <summary>Files among them, when they were claimed.</summary>
    public int Files { get; private set; }

    /// <summary>Their bytes.</summary>
    public long Bytes { get; private set; }

    public bool Contains(Node node) => _claimed.Contains(node);

    /// <summary>At least so many files may be wanting: whether it is worth looking closer.</summary>
    public bool MayReach(int files)
    {
        foreach (var node in Trees.All)
            if (node is { Local: null, IsRemote: true, Base: null, Kind: EntryKind.File } && --files <= 0) return true;
        return false;
    }

    /// <summary>Claims what is in the journal and nowhere on this disk, and will be made here anyway.</summary>
    public void ClaimAll()
    {
        var open = new Stack<(Node Directory, IgnoreRules Rules, bool IsInGit)>([(Trees.Root, observer.RulesIn(Trees.Root), false)]);
        while (open.TryPop(out var at))
        {
            foreach (var node in Trees.RemoteChildren(at.Directory))
            {
                var entry = node.Remote!;
                var isInGit = at.IsInGit || entry.Name == GitDirectory;
                if (node.IsLocal)
                {
                    if (node is { Kind: EntryKind.Directory, Local: { } local } && local.Parent == entry.Parent && local.Name == entry.Name && !node.Has(NodeFlags.Applying))
                        open.Push((node, observer.RulesIn(node), isInGit));
                    continue;
                }

                // In a repository that is here already the order in which files come counts.
                if (at is { IsInGit: true, Directory.IsLocal: true } || !MayClaim(at.Directory, node, at.Rules)) continue;
                Claim(at.Directory, node);
                if (node.Kind == EntryKind.Directory && !HasRuleFiles(node)) open.Push((node, at.Rules.Enter(entry.Name, null, null), isInGit));
            }
        }
    }

    /// <summary>Lets a node go; true: it was claimed.</summary>
    public bool Remove(Node node) => _claimed.Remove(node);

    /// <summary>Lets all go that are left.</summary>
    public Node[] TakeAll()
    {
        var nodes = _claimed.ToArray();
        _claimed.Clear();
        _claimed.TrimExcess();
        // Else the next link would fill a tree that lacks nothing.
        (Files, Bytes) = (0, 0);
        return nodes;
    }

    private bool MayClaim(Node directory, Node node, IgnoreRules rules)
    {
        const NodeFlags Busy = NodeFlags.Applying | NodeFlags.Proposing | NodeFlags.Refused | NodeFlags.Held | NodeFlags.Distinct;
        if (node is not { Base: null } || node.Has(Busy) || context.Reconciler.Planner.Returned.Contains(node)) return false;
        var entry = node.Remote!;
        if (directory.IsLocal ? Trees.LocalChild(directory, entry.Name) is not null || observer.IsIgnored(directory, node) is not false : rules.IsIgnored(entry.Name, entry.Kind == EntryKind.Directory)) return false;
        return entry.Kind switch
        {
            // What is here already is not asked for.
            EntryKind.File => entry.Size <= LongestFile && (entry.Size == 0 || (Trees.Contents.Find(entry.Content) is null && staged.Find(entry.Content) is null)),
            EntryKind.Directory or EntryKind.Symlink => true,
            _ => false,
        };
    }

    private void Claim(Node directory, Node node)
    {
        var entry = node.Remote!;
        _claimed.Add(node);
        node.Flags |= NodeFlags.Applying;
        node.PlacedAt = ++context.PlacementClock;
        if (directory.IsLocal) context.Arrivals.Begin(node, directory, entry.Name);
        if (entry.Kind != EntryKind.File) return;
        Files++;
        Bytes += entry.Size;
    }

    /// <summary>Whether ignore files come into it: they are known only when they are there.</summary>
    private bool HasRuleFiles(Node directory) =>
        Trees.RemoteChild(directory, IgnoreRules.SyncIgnoreName) is not null || (context.Policy.VcsIgnore && Trees.RemoteChild(directory, IgnoreRules.GitIgnoreName) is not null);
}
