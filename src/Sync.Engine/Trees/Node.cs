using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Model;

namespace Sync.Engine.Trees;

/// <summary>
/// An entry in a replica's three trees: what both sides last agreed on, what was last observed on disk, what the journal says.
/// Where they agree they share one <see cref="Entry"/>. Changed only through its <see cref="TreeSet"/>, on the control loop.
/// </summary>
internal sealed class Node
{
    /// <summary>The one <see cref="Entry"/> that all trees have, most of the time; else <see cref="DividedStates"/>. With it a settled node takes 72
    /// bytes beside its entry; with a field for each tree it took 104.</summary>
    private object? _states;

    /// <summary>What a directory has (<see cref="DirectoryLinks"/>), what a file is on disk (<see cref="DiskForm"/>), or the node that took this one's place: a node with a successor has no children.</summary>
    private object? _links;

    internal Node(EntryId id) => Id = id;

    /// <summary>Provisional until the journal has accepted the entry.</summary>
    public EntryId Id { get; internal set; }

    /// <summary>The merge base; null: agreed not to exist, or never agreed.</summary>
    public Entry? Synced
    {
        get => _states is DividedStates divided ? divided.Synced : Agreed;
        internal set
        {
            if (ReferenceEquals(value, Synced)) return;
            Divided().Synced = value;
            Unite();
        }
    }

    /// <summary>What is on disk; null: nothing.</summary>
    public Entry? Local
    {
        get => _states is DividedStates divided ? divided.Local : Agreed;
        internal set
        {
            if (ReferenceEquals(value, Local)) return;
            Divided().Local = value;
            Unite();
        }
    }

    /// <summary>What the journal says, tombstones included; null: it does not know the entry.</summary>
    public Entry? Remote
    {
        get => _states is DividedStates divided ? divided.Remote : Agreed;
        internal set
        {
            if (ReferenceEquals(value, Remote)) return;
            Divided().Remote = value;
            Unite();
        }
    }

    /// <summary>The identity of the file or directory on disk, see <see cref="FileStamp"/>.</summary>
    public ulong FileKey { get; internal set; }

    /// <summary>The observed ctime; with <see cref="Local"/>'s size and mtime and the key, a whole stamp.</summary>
    public long CtimeNs { get; internal set; }

    /// <summary>What was placed here from the journal (or came to be in it from here) and is not agreed yet, because its revision is still
    /// tentative: the state that users see and edit, with the revisions it stands for; a tombstone where it was taken away. Null once agreed.</summary>
    public Entry? Applied
    {
        get => (_states as DividedStates)?.Applied;
        set
        {
            if (ReferenceEquals(value, Applied)) return;
            Divided().Applied = value;
            Unite();
        }
    }

    /// <summary>What a local state is compared with to tell an edit: what was last placed or agreed here.</summary>
    public Entry? Base => Applied ?? Synced;

    /// <summary>When, by the replica's placement clock, its disk place was last worked on: a look that began earlier says nothing about it.</summary>
    public long PlacedAt { get; set; }

    /// <summary>What is under way.</summary>
    public NodeFlags Flags { get; set; }

    /// <summary>The node that took this one's place when it was bound to a journal entry; events may still name the old one.</summary>
    internal Node? Successor
    {
        get => _links as Node;
        set => _links = value;
    }

    /// <summary>Children, for directories that have or had some.</summary>
    internal DirectoryLinks? Links
    {
        get => _links as DirectoryLinks;
        set
        {
            if (_links is not Node) _links = value;
        }
    }

    /// <summary>The node that stands for this one now.</summary>
    public Node Current => Successor is null ? this : Successor.Current;

    /// <summary>On disk.</summary>
    public bool IsLocal => Local is not null;

    /// <summary>In the journal, and not deleted there.</summary>
    public bool IsRemote => Remote is { Deleted: false };

    /// <summary>All three trees have the very same entry, and nothing is tentative: there is nothing to be done about it.</summary>
    public bool IsSettled => _states is Entry;

    /// <summary>The kind, the same in all trees.</summary>
    public EntryKind Kind => (Local ?? Remote ?? Synced)!.Kind;

    /// <summary>The observed stamp of a local file or symlink.</summary>
    public FileStamp Stamp => new(FileKey, DiskForm?.Length ?? Local?.Size ?? 0, Local?.MtimeNs ?? 0, CtimeNs);

    /// <summary>Of a file that has other bytes on disk than its content: CRLF for LF.</summary>
    internal DiskForm? DiskForm
    {
        get => _links as DiskForm;
        set
        {
            if (value is not null || _links is DiskForm) _links = value;
        }
    }

    /// <summary>It has CRLF on disk, and LF in the trees.</summary>
    public bool IsConverted => _links is DiskForm;

    private Entry? Agreed => (Entry?)_states;

    public bool Has(NodeFlags flag) => (Flags & flag) != 0;

    /// <summary>Has an equal object in the place of its remote state, wherever that is.</summary>
    internal void Share(Entry same)
    {
        var was = Remote;
        if (_states is not DividedStates divided)
        {
            _states = same;
            return;
        }

        if (ReferenceEquals(divided.Synced, was)) divided.Synced = same;
        if (ReferenceEquals(divided.Local, was)) divided.Local = same;
        divided.Remote = same;
    }

    /// <summary>Sets all three states.</summary>
    internal void Load(Entry? synced, Entry? local, Entry? remote) =>
        _states = ReferenceEquals(synced, local) && ReferenceEquals(local, remote) ? remote : new DividedStates { Synced = synced, Local = local, Remote = remote };

    private DividedStates Divided()
    {
        if (_states is DividedStates divided) return divided;
        var agreed = Agreed;
        divided = new DividedStates { Synced = agreed, Local = agreed, Remote = agreed };
        _states = divided;
        return divided;
    }

    private void Unite()
    {
        if (_states is DividedStates { Agree: true } divided) _states = divided.Local;
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Id} {(Local ?? Remote ?? Synced)?.Name}";
}
