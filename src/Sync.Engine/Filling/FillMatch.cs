using Sync.Engine.Model;
using Sync.Engine.Snapshots;
using Sync.Engine.Trees;

namespace Sync.Engine.Filling;

/// <summary>The entries of a pulled tree and the claimed nodes that they are. Made on the control loop.</summary>
internal sealed class FillMatch
{
    private FillMatch(PulledTree tree)
    {
        Tree = tree;
        Nodes = new Node?[tree.Count];
        States = new Entry?[tree.Count];
        IsNeeded = new bool[tree.Count];
        Ends = new int[tree.Count];
    }

    public PulledTree Tree { get; }

    /// <summary>Of each entry, the node that is to be placed; null: none is.</summary>
    public Node?[] Nodes { get; }

    /// <summary>Of each of those nodes, the journal's state that is placed.</summary>
    public Entry?[] States { get; }

    /// <summary>Whether an entry is made: it has a node, or is a directory on the way to one.</summary>
    public bool[] IsNeeded { get; }

    /// <summary>Behind each entry's last descendant.</summary>
    public int[] Ends { get; }

    /// <summary>Finds them by their paths. A node whose entry says something else by now is left out, and all below it.</summary>
    public static FillMatch Of(PulledTree tree, TreeSet trees, FillClaims claims)
    {
        var match = new FillMatch(tree);
        var directories = new Node?[tree.Count];
        for (var i = 0; i < tree.Count; i++)
        {
            var entry = tree.Entries[i];
            var parent = entry.Parent < 0 ? trees.Root : directories[entry.Parent];
            if (parent is null || trees.RemoteChild(parent, entry.Name) is not { } node || node.Kind != entry.Kind) continue;
            var isClaimed = claims.Contains(node);
            if (isClaimed && !IsSame(entry, node.Remote!)) continue;
            if (entry.Kind == EntryKind.Directory && (isClaimed || node.IsLocal)) directories[i] = node;
            if (!isClaimed) continue;
            match.Nodes[i] = node;
            match.States[i] = node.Remote;
            for (var at = i; at >= 0 && !match.IsNeeded[at]; at = tree.Entries[at].Parent) match.IsNeeded[at] = true;
        }

        for (var i = tree.Count - 1; i >= 0; i--)
        {
            match.Ends[i] = Math.Max(match.Ends[i], i + 1);
            if (tree.Entries[i].Parent is var above and >= 0) match.Ends[above] = Math.Max(match.Ends[above], match.Ends[i]);
        }

        return match;
    }

    private static bool IsSame(in PulledEntry pulled, Entry entry) =>
        pulled.Mode == entry.Mode && pulled.MtimeNs == entry.MtimeNs && pulled.Size == entry.Size && pulled.Content == entry.Content && pulled.LinkTarget == entry.LinkTarget;
}
