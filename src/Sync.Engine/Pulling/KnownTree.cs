using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>A tree that was put on disk, with what its files looked like when they were verified.</summary>
/// <param name="Tree">The tree.</param>
/// <param name="Stamps">Of each entry that is a file or a symlink; default where it is not known.</param>
internal sealed record KnownTree(PulledTree Tree, FileStamp[] Stamps)
{
    private Dictionary<(int, string), int>? _byPlace;

    /// <summary>Nothing is known.</summary>
    public static KnownTree Nothing { get; } = new(PulledTree.Empty, []);

    /// <summary>The entry of a name in a directory; -1: there is none.</summary>
    public int Find(int parent, string name)
    {
        if (_byPlace is null)
        {
            var byPlace = new Dictionary<(int, string), int>(Tree.Count);
            var entries = Tree.Entries;
            for (var i = 0; i < entries.Length; i++) byPlace.Add((entries[i].Parent, entries[i].Name), i);
            _byPlace = byPlace;
        }

        return _byPlace.GetValueOrDefault((parent, name), -1);
    }

    /// <summary>Whether what is on disk is, by its stamp, the very file that was verified: it need not be read.</summary>
    public bool IsVerified(int entry, in FileStat stat) =>
        stat.Kind == Tree.Entries[entry].Kind && stat.Kind is EntryKind.File or EntryKind.Symlink && Stamps.Length > 0 && Stamps[entry] == stat.Stamp && stat.Stamp != default;
}
