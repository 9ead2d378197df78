using Sync.Engine.Ignoring;
using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Planning;

/// <summary>
/// What refers to git objects follows them: a branch, an index or a log in a `.git` waits until every object known there is on both sides,
/// however long a large pack takes; and an object goes after what may stand in its stead, or refers to others by now. So a repository on the
/// other side is at every moment one that git can read, also while `git gc` packs it.
/// </summary>
internal sealed class GitOrder(TreeSet trees)
{
    private const string GitDirectory = ".git";
    private const string Objects = "objects";
    private const string References = "refs";
    private const string Head = "HEAD";
    private const string PackedReferences = "packed-refs";

    /// <summary>How deep below `.git` things are looked for: `.git/modules/a/refs/remotes/origin/main` and the like.</summary>
    private const int MaxDepth = 16;

    /// <summary>By `.git` directory: what is on its way.</summary>
    private readonly Dictionary<Node, Pending> _pending = [];

    /// <summary>Files whose state here is no older than all that was noticed before it.</summary>
    private readonly HashSet<Node> _inOrder = [];

    /// <summary>There is a `.git`: nothing is looked for in trees without one.</summary>
    private bool _any;

    /// <summary>One of a node's trees has changed.</summary>
    public void Note(Node node)
    {
        _inOrder.Remove(node);
        if ((node.Local ?? node.Remote) is not { } entry) return;
        if (entry.Kind == EntryKind.Directory)
        {
            _any |= entry.Name == GitDirectory;
            return;
        }

        if (!_any || entry.Kind != EntryKind.File || PlaceOf(entry) is not { } place) return;
        var isPending = place.Top == Objects ? IsNew(node) : IsChanged(node);
        if (!_pending.TryGetValue(place.Git, out var pending))
        {
            if (!isPending) return;
            _pending.Add(place.Git, pending = new());
        }

        if (place.Top != Objects && !isPending) pending.References.Remove(node);
        else if (place.Top != Objects) pending.References.Add(node);
        else if (isPending) pending.Objects.Add(node);
    }

    /// <summary>The `.git` in which all that was noticed before this change here must be in the local tree before it is proposed; null: none, or it is.</summary>
    public Node? ToObserve(Node node)
    {
        if (!_any || _inOrder.Contains(node) || PlaceOf((node.Local ?? node.Remote)!) is not { } place) return null;
        return place.Top == Objects && node.IsLocal ? null : place.Git;
    }

    /// <summary>An object, or a directory of some, gone from a repository that stands: it is in a pack now, or nothing refers to it. No loss.</summary>
    public bool IsPacked(Node node) =>
        (node.Remote ?? node.Synced) is { } entry && PlaceOf(entry) is { Top: Objects } place && trees.LocalChild(place.Git, Objects) is not null && trees.LocalChild(place.Git, Head) is not null;

    /// <summary>All that was noticed before the change of this file is in the local tree.</summary>
    public void Observed(Node node) => _inOrder.Add(node);

    /// <summary>The object that a change of this file in a `.git` has to wait for; null: none.</summary>
    /// <param name="node">The file, which does not wait for itself.</param>
    /// <param name="entry">As it is after the change.</param>
    public Node? ToWaitFor(Node node, Entry entry)
    {
        // An object itself waits for nothing.
        if (_pending.Count == 0 || PlaceOf(entry) is not { } place || place.Top == Objects) return null;
        return _pending.TryGetValue(place.Git, out var pending) && LastObject(place.Git, pending) is { } last && last != node ? last : null;
    }

    /// <summary>What the deletion of this file in a `.git` has to wait for; null: nothing. A branch may have been packed, an object be in a pack now,
    /// and what still refers to it on the other side refer to another soon.</summary>
    public Node? ToWaitForBeforeDeleting(Entry entry)
    {
        if (_pending.Count == 0 || PlaceOf(entry) is not { Top: Objects or References } place || !_pending.TryGetValue(place.Git, out var pending)) return null;
        var reference = pending.References.FirstOrDefault(node => trees.Find(node.Id) == node && IsChanged(node)
            && (place.Top == Objects || (node.Local ?? node.Remote) is { Name: PackedReferences } packed && packed.Parent == place.Git.Id));
        return reference ?? LastObject(place.Git, pending);
    }

    /// <summary>The object noted last: most likely the last to arrive.</summary>
    private Node? LastObject(Node git, Pending pending)
    {
        var objects = pending.Objects;
        while (objects.Count > 0)
        {
            var last = objects[^1];
            if (trees.Find(last.Id) == last && IsNew(last) && IsObject(last, git)) return last;
            objects.RemoveAt(objects.Count - 1);
        }

        if (pending.References.Count == 0) _pending.Remove(git);
        return null;
    }

    /// <summary>New at its name, here or there, and not yet on the other side: a pack is written under another name first. What was deleted, or is
    /// refused, is waited for by nobody.</summary>
    private static bool IsNew(Node node)
    {
        if (node.Has(NodeFlags.Refused)) return false;
        if (node is { Local: { } local, IsRemote: true }) return local.Parent != node.Remote!.Parent || local.Name != node.Remote.Name;
        return (node.IsLocal && node.Remote is null) || (node.IsRemote && node.Local is null && node.Base is null);
    }

    /// <summary>An object where it is new: what was one, and has been moved out of them, would wait for itself.</summary>
    private bool IsObject(Node node, Node git)
    {
        return Comes(node.Local) || (node.IsRemote && Comes(node.Remote));

        bool Comes(Entry? entry) => entry is not null && !(node.Base is { Deleted: false } agreed && agreed.Parent == entry.Parent && agreed.Name == entry.Name)
            && PlaceOf(entry) is { Top: Objects } place && place.Git == git;
    }

    /// <summary>New, or with other bytes on the two sides.</summary>
    private static bool IsChanged(Node node) =>
        IsNew(node) || (!node.Has(NodeFlags.Refused) && node is { IsLocal: true, IsRemote: true } && node.Local!.Content != node.Remote!.Content);

    /// <summary>The repository that holds an entry, a `.git` or a submodule's in it, and the name in it that leads there.</summary>
    private (Node Git, string Top)? PlaceOf(Entry entry)
    {
        // git reads none of these in there, and what they may leave out waits for them.
        if (entry.Name is IgnoreRules.SyncIgnoreName or IgnoreRules.GitIgnoreName) return null;
        (Node, string)? inner = null;
        var name = entry.Name;
        var directory = trees.Find(entry.Parent);
        for (var depth = 0; depth < MaxDepth && directory is not null && directory != trees.Root; depth++)
        {
            if ((directory.Local ?? directory.Remote) is not { } above) return null;
            if (above.Name == GitDirectory) return inner ?? (directory, name);
            if (inner is null && (trees.LocalChild(directory, Objects) ?? trees.RemoteChild(directory, Objects)) is { Kind: EntryKind.Directory }) inner = (directory, name);
            name = above.Name;
            directory = trees.Find(above.Parent);
        }

        return null;
    }

    private sealed class Pending
    {
        /// <summary>Objects on one side only, in the order noted; some may have arrived.</summary>
        public List<Node> Objects { get; } = [];

        /// <summary>Branches, indexes, logs and the like on their way.</summary>
        public HashSet<Node> References { get; } = [];
    }
}
