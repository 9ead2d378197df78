using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>A tree that was put on disk, with what its files looked like when they were verified.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Stamps">Of each entry that is a file or a symlink; default where it is not known.</param>
internal sealed record KnownTree(PulledTree Tree, FileStamp[] Stamps)
{
    // Of each directory (the root first): where its entries begin in _children.
    private int[]? _starts;
    private int[] _children = [];

    /// <summary>Nothing is known.</summary>
    public static KnownTree Nothing { get; } = new(PulledTree.Empty, []);

    /// <summary>The entries in a directory (-1: the root), names ascending by UTF-16 unit. The first call is not safe beside others.</summary>
    public ReadOnlySpan<int> ChildrenOf(int directory)
    {
        if (_starts is null)
        {
            var entries = Tree.Entries;
            var starts = new int[entries.Length + 2];
            foreach (ref readonly var entry in entries) starts[entry.Parent + 2]++;
            for (var i = 1; i < starts.Length; i++) starts[i] += starts[i - 1];
            var next = starts.AsSpan(0, entries.Length + 1).ToArray();
            _children = new int[entries.Length];
            for (var i = 0; i < entries.Length; i++) _children[next[entries[i].Parent + 1]++] = i;
            _starts = starts;
        }

        return _children.AsSpan(_starts[directory + 1].._starts[directory + 2]);
    }

    /// <summary>Whether what is on disk is, by its stamp, the very file that was verified: it need not be read.</summary>
    public bool IsVerified(int entry, in FileStat stat) =>
        stat.Kind == Tree.Entries[entry].Kind && stat.Kind is EntryKind.File or EntryKind.Symlink && Stamps.Length > 0 && Stamps[entry] == stat.Stamp && stat.Stamp != default;
}
