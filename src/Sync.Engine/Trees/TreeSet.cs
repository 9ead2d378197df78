using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Model;

namespace Sync.Engine.Trees;

/// <summary>
/// A replica's synced, local and remote trees as one table of nodes. Single-threaded: owned by the control loop.
/// The local tree is always well formed (each node's parent is a local directory); the remote one may have gaps while revisions arrive.
/// </summary>
internal sealed class TreeSet
{
    private readonly IdTable<Node> _byId = new();
    private readonly Dictionary<ulong, Node> _directoriesByKey = [];
    private long _nextProvisional = -1;

    public TreeSet(EntryId root)
    {
        Root = new Node(root)
        {
            Local = new Entry { Id = root, Parent = EntryId.None, Name = "", Kind = EntryKind.Directory },
        };
        Root.Synced = Root.Remote = Root.Local;
        Root.Links = new DirectoryLinks();
        _byId.Set(root.Value, Root);
    }

    /// <summary>The replica's root directory; the same in all trees.</summary>
    /// <summary>Files of this length on, in bytes, are counted by their length.</summary>
    private const long LongFile = 32 << 20;

    private readonly Dictionary<long, int> _longFiles = [];

    public Node Root { get; }

    /// <summary>Local content by id, for copies without transfer.</summary>
    public ContentIndex Contents { get; } = new();

    /// <summary>What files had that have other contents now, or are gone: whoever else followed has it too, in the tree still or in the version store.</summary>
    public RecentContents Overwritten { get; } = new();

    /// <summary>What files had that have other contents now, are gone, or have another name, whether anybody else knows it or not.</summary>
    public RecentContents Stood { get; } = new();

    /// <summary>Called after each change of a node's trees.</summary>
    public Action<Node>? Changed { get; set; }

    /// <summary>Told of a file whose stamp was taken, whether it is as before or not.</summary>
    public Action<Node>? Stamped { get; set; }

    public int Count => _byId.Count;

    public long LocalFiles { get; private set; }

    public long LocalDirectories { get; private set; }

    public long LocalSymlinks { get; private set; }

    public long LocalBytes { get; private set; }

    public IEnumerable<Node> All => _byId.Values;

    public Node? Find(EntryId id) => _byId.Find(id.Value);

    public Node GetOrAdd(EntryId id)
    {
        if (_byId.Find(id.Value) is { } node) return node;
        node = new Node(id);
        _byId.Set(id.Value, node);
        if (id.Value <= _nextProvisional) _nextProvisional = id.Value - 1;
        return node;
    }

    /// <summary>Takes up what was saved of an entry; <see cref="Link"/> is to follow when all has been taken up. Nobody is told of a change.</summary>
    public Node Load(EntryId id, Entry? synced, Entry? local, FileStamp stamp, Entry? remote)
    {
        var node = GetOrAdd(id);
        node.Load(synced, local, remote);
        (node.FileKey, node.CtimeNs) = (stamp.FileKey, stamp.CtimeNs);
        node.DiskForm = local is { Kind: EntryKind.File } && stamp.Size != local.Size ? new DiskForm(stamp.Size) : null;
        return node;
    }

    /// <summary>Gives what was taken up its places.</summary>
    /// <returns>Nodes that have lost their local place, with all that is in them: their parent is known no more, or it has no place itself, or
    /// another stands at the name; of the last two nothing is agreed either, so that they are not taken for deleted.</returns>
    public List<Node> Link(IReadOnlyList<Node> loaded)
    {
        var lost = new List<Node>();
        foreach (var node in loaded)
        {
            if (node.Local is not { } local) continue;
            var parent = Find(local.Parent);
            if (parent is not null && (parent == Root || parent.Local is { Kind: EntryKind.Directory }) && LocalChild(parent, local.Name) is null)
            {
                Count1(local, 1);
                (parent.Links ??= new DirectoryLinks()).Local.Set(node);
                if (local.Kind == EntryKind.File) Contents.Add(node, local.Content);
                if (local.Kind == EntryKind.Directory && node.FileKey != 0) _directoriesByKey[node.FileKey] = node;
                continue;
            }

            Displace(node, parent is null, lost);
        }

        foreach (var node in loaded) AddRemoteOnly(node);
        return lost;
    }

    /// <summary>Takes the local place of a node that is being taken up, and of what has its place in it.</summary>
    private void Displace(Node node, bool keepsAgreed, List<Node> lost)
    {
        if (node.Links is { } links)
        {
            foreach (var child in links.Local.Items.ToList())
            {
                links.Local.Remove(child.Local!.Name);
                Count1(child.Local, -1);
                if (child.Local.Kind == EntryKind.File) Contents.Remove(child, child.Local.Content);
                if (child.FileKey != 0 && _directoriesByKey.GetValueOrDefault(child.FileKey) == child) _directoriesByKey.Remove(child.FileKey);
                Displace(child, keepsAgreed: false, lost);
            }
        }

        node.Load(keepsAgreed ? node.Synced : null, null, node.Remote);
        (node.FileKey, node.CtimeNs) = (0, 0);
        node.DiskForm = null;
        lost.Add(node);
    }

    public Node AddProvisional() => GetOrAdd(new EntryId(_nextProvisional));

    /// <summary>The local directory with this identity on disk.</summary>
    public Node? FindDirectory(ulong fileKey) => _directoriesByKey.GetValueOrDefault(fileKey);

    public Node? LocalChild(Node directory, string name) =>
        directory.Links?.Local.Find(name);

    public IEnumerable<Node> LocalChildren(Node directory) =>
        directory.Links is { } links ? links.Local.Items : [];

    public int LocalChildCount(Node directory) => directory.Links?.Local.Count ?? 0;

    /// <summary>The live remote entry at a place.</summary>
    public Node? RemoteChild(Node directory, string name)
    {
        if (directory.Links is not { } links) return null;
        if (links.Local.Find(name) is { } node && IsAt(node.Remote, directory, name)) return node;
        return links.RemoteOnly?.GetValueOrDefault(name);
    }

    /// <summary>The live remote entries in a directory.</summary>
    public IEnumerable<Node> RemoteChildren(Node directory)
    {
        if (directory.Links is not { } links) yield break;
        foreach (var node in links.Local.Items)
            if (IsAt(node.Remote, directory, node.Local!.Name)) yield return node;
        if (links.RemoteOnly is { } only)
            foreach (var node in only.Values) yield return node;
    }

    /// <summary>Whether other nodes stand in it, on disk or in the journal: it must stay, if only as their place.</summary>
    public bool HasChildren(Node directory) => directory.Links is { } links && (links.Local.Count > 0 || links.RemoteOnly is { Count: > 0 });

    public Node? LocalParent(Node node) => node.Local is { } local ? Find(local.Parent) : null;

    /// <summary>The path on disk, '/' between names, "" for the root.</summary>
    public string LocalPath(Node node) => PathOf(node, static n => n.Local);

    /// <summary>The path in the journal; with what is known where parents are missing.</summary>
    public string RemotePath(Node node) => PathOf(node, static n => n.Remote);

    /// <summary>The path wherever it is known best, for people.</summary>
    public string DisplayPath(Node node) => node.IsLocal ? LocalPath(node) : PathOf(node, static n => n.Remote ?? n.Synced);

    private string PathOf(Node node, Func<Node, Entry?> view)
    {
        if (node == Root) return "";
        var entry = view(node);
        if (entry is null) return "";
        if (entry.Parent == Root.Id) return entry.Name;
        var names = new Stack<string>();
        var length = -1;
        for (var depth = 0; entry is not null && entry.Id != Root.Id && depth < 4096; depth++)
        {
            names.Push(entry.Name);
            length += entry.Name.Length + 1;
            if (Find(entry.Parent) is not { } parent || parent == Root) break;
            entry = view(parent);
        }

        return string.Join('/', names);
    }

    /// <summary>True if <paramref name="node"/> is <paramref name="ancestor"/> or below it, on disk.</summary>
    public bool IsLocallyWithin(Node? node, Node ancestor)
    {
        for (; node is not null && node != Root; node = LocalParent(node))
            if (node == ancestor) return true;
        return ancestor == Root;
    }

    /// <summary>True if it is one of the directories, or on disk below one.</summary>
    public bool IsLocallyWithinAny(Node? node, IReadOnlySet<Node> ancestors)
    {
        for (; node is not null && node != Root; node = LocalParent(node))
            if (ancestors.Contains(node)) return true;
        return ancestors.Contains(Root);
    }

    /// <summary>What is observed on disk. Null takes the node off the local tree; it must have no local children then.</summary>
    /// <param name="node">Whose.</param>
    /// <param name="local">Its state.</param>
    /// <param name="stamp">What tells whether it is still that. Its size is the state's, or <paramref name="diskLength"/>.</param>
    /// <param name="diskLength">How long the file is on disk, where its bytes were just read or written; null: as before, if its content is.</param>
    public void SetLocal(Node node, Entry? local, FileStamp stamp = default, long? diskLength = null)
    {
        var old = node.Local;
        var moved = !(old is not null && local is not null && old.Parent == local.Parent && old.Name == local.Name);
        // A ring would be walked for ever.
        if (moved && old is { Kind: EntryKind.Directory } && local is not null && Find(local.Parent) is { } into && IsLocallyWithin(into, node))
            throw new InvalidOperationException($"{node} in itself.");
        Node? emptied = null;
        if (local is null && LocalChildCount(node) > 0) throw new InvalidOperationException($"{node} still has what is in it.");
        if (moved) RemoveRemoteOnly(node);
        if (old is not null)
        {
            Count1(old, -1);
            if (moved && Find(old.Parent)?.Links is { } links && links.Local.Find(old.Name) == node)
            {
                links.Local.Remove(old.Name);
                // A directory that was deleted elsewhere goes when its last child has gone.
                if (links.Local.Count == 0) emptied = Find(old.Parent);
            }

            if (old.Kind == EntryKind.File && (local is null || local.Content != old.Content))
            {
                Contents.Remove(node, old.Content);
                Stood.Add(old.Content);
                if (node.Base is { Deleted: false } agreed && agreed.Content == old.Content) Overwritten.Add(old.Content);
            }

            if (old.Kind == EntryKind.Directory && _directoriesByKey.GetValueOrDefault(node.FileKey) == node && (local is null || stamp.FileKey != node.FileKey))
                _directoriesByKey.Remove(node.FileKey);
        }

        node.Local = local;
        node.FileKey = stamp.FileKey;
        node.CtimeNs = stamp.CtimeNs;
        if (diskLength is not null) node.DiskForm = local is { Kind: EntryKind.File } && diskLength != local.Size ? new DiskForm(diskLength.Value) : null;
        else if (local is null || local.Content != old?.Content) node.DiskForm = null;
        if (local is not null)
        {
            Count1(local, 1);
            if (moved)
            {
                var parent = Find(local.Parent) ?? throw new InvalidOperationException($"No local parent for {node}.");
                (parent.Links ??= new DirectoryLinks()).Local.Set(node);
            }

            if (local.Kind == EntryKind.File && (old is null || local.Content != old.Content)) Contents.Add(node, local.Content);
            if (local.Kind == EntryKind.Directory && stamp.FileKey != 0) _directoriesByKey[stamp.FileKey] = node;
        }

        if (moved) AddRemoteOnly(node);
        Changed?.Invoke(node);
        if (local is { Kind: EntryKind.File }) Stamped?.Invoke(node);
        if (emptied is not null) Changed?.Invoke(emptied);
    }

    /// <summary>Whether a long file of this length is here: another may be its copy.</summary>
    public bool HasLongFile(long length) => _longFiles.ContainsKey(length);

    private void Count1(Entry entry, int sign)
    {
        switch (entry.Kind)
        {
            case EntryKind.File:
                LocalFiles += sign;
                LocalBytes += sign * entry.Size;
                if (entry.Size < LongFile) break;
                if ((_longFiles[entry.Size] = _longFiles.GetValueOrDefault(entry.Size) + sign) == 0) _longFiles.Remove(entry.Size);
                break;
            case EntryKind.Directory: LocalDirectories += sign; break;
            case EntryKind.Symlink: LocalSymlinks += sign; break;
        }
    }

    /// <summary>What the journal says.</summary>
    public void SetRemote(Node node, Entry? remote)
    {
        RemoveRemoteOnly(node);
        node.Remote = remote;
        AddRemoteOnly(node);
        Changed?.Invoke(node);
    }

    /// <summary>What is agreed.</summary>
    public void SetSynced(Node node, Entry? synced)
    {
        node.Synced = synced;
        Changed?.Invoke(node);
    }

    /// <summary>Forgets a node that is in no tree.</summary>
    public void Drop(Node node)
    {
        if (node == Root) throw new InvalidOperationException("The root stays.");
        RemoveRemoteOnly(node);
        _byId.Remove(node.Id.Value);
    }

    /// <summary>Gives a provisional node its id in the journal. If the journal's entry has a node already, the two become that one,
    /// which is returned: it takes over what is on disk.</summary>
    public Node Bind(Node provisional, EntryId id)
    {
        var target = Find(id);
        if (target is null)
        {
            _byId.Remove(provisional.Id.Value);
            RemoveRemoteOnly(provisional);
            provisional.Id = id;
            _byId.Set(id.Value, provisional);
            Reparent(provisional, provisional);
            if (provisional.Local is { } l) provisional.Local = l with { Id = id };
            AddRemoteOnly(provisional);
            Changed?.Invoke(provisional);
            return provisional;
        }

        if (target == provisional) return target;
        if (target.Local is not null) throw new InvalidOperationException($"{target} and {provisional} are both on disk.");
        var local = provisional.Local;
        var (stamp, form) = (provisional.Stamp, provisional.DiskForm);
        var links = provisional.Links;
        if (local is not null)
        {
            // Off the local tree without its children, which follow at once.
            provisional.Links = null;
            SetLocal(provisional, null);
            SetLocal(target, local with { Id = id }, stamp, form?.Length);
            provisional.Links = links;
            Reparent(provisional, target);
        }

        provisional.Links = null;
        provisional.Successor = target;
        _byId.Remove(provisional.Id.Value);
        return target;
    }

    /// <summary>Takes a node's journal id away, because the journal is another: it is new again.</summary>
    public void MakeProvisional(Node node)
    {
        if (node.Local is null)
        {
            Drop(node);
            return;
        }

        _byId.Remove(node.Id.Value);
        // What the journal has in the entry of that id is not in this one.
        if (node.Links is not null) node.Links.RemoteOnly = null;
        node.Id = new EntryId(_nextProvisional);
        _nextProvisional--;
        _byId.Set(node.Id.Value, node);
        node.Local = node.Local with { Id = node.Id };
        Reparent(node, node);
        Changed?.Invoke(node);
    }

    /// <summary>The root is another entry of the journal than was thought: of a part of a share.</summary>
    public void SetRootId(EntryId id)
    {
        _byId.Remove(Root.Id.Value);
        Root.Id = id;
        _byId.Set(id.Value, Root);
        Root.Local = Root.Synced = Root.Remote = Root.Local! with { Id = id };
        Reparent(Root, Root);
    }

    private void Reparent(Node from, Node to)
    {
        if (from.Links is not { } links) return;
        if (from != to)
        {
            to.Links ??= new DirectoryLinks();
            from.Links = null;
        }

        foreach (var child in links.Local.Items.ToArray())
        {
            RemoveRemoteOnly(child);
            child.Local = child.Local! with { Parent = to.Id };
            to.Links!.Local.Set(child);
            AddRemoteOnly(child);
            Changed?.Invoke(child);
        }
    }

    private static bool IsAt(Entry? entry, Node directory, string name) =>
        entry is { Deleted: false } && entry.Parent == directory.Id && entry.Name == name;

    private void RemoveRemoteOnly(Node node)
    {
        if (node.Remote is not { } remote || Find(remote.Parent)?.Links is not { RemoteOnly: { } only } links || only.GetValueOrDefault(remote.Name) != node) return;
        only.Remove(remote.Name);
        if (only.Count == 0) links.RemoteOnly = null;
    }

    private void AddRemoteOnly(Node node)
    {
        if (node.Remote is not { Deleted: false } remote || node == Root) return;
        if (node.Local is { } local && local.Parent == remote.Parent && local.Name == remote.Name) return;
        var parent = GetOrAdd(remote.Parent);
        // Two at one name happen only between two messages of the journal: the later one counts, the other is on its way elsewhere.
        ((parent.Links ??= new DirectoryLinks()).RemoteOnly ??= new(StringComparer.Ordinal))[remote.Name] = node;
    }
}
