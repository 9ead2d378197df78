using Sync.Delta;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Planning;

/// <summary>
/// What was proposed when the link was lost: the journal may have it or not. Where it turns out that it has, as proposed or as a conflict
/// copy, what came after it here was made on top of it: no conflict with it, and no second copy. Known until the journal has been followed
/// to its end again. What is not in it then was lost with the host, before it was durable; but others may have been told of it, and propose it in
/// their turn: that stays known until the entry is proposed anew or agreed on.
/// </summary>
internal sealed class Doubts
{
    private readonly Dictionary<Node, Change> _byNode = [];
    private readonly Dictionary<string, List<Node>> _created = new(StringComparer.Ordinal);
    private readonly Dictionary<ContentId, Node> _edited = [];
    private readonly Dictionary<long, EntryId> _bound = [];
    private readonly Dictionary<Node, Change> _lost = [];

    /// <summary>What the host calls this replica, in the names of conflict copies.</summary>
    public string ReplicaName { get; set; } = "";

    public bool IsEmpty => _byNode.Count == 0;

    public IReadOnlyCollection<Node> Nodes => _byNode.Keys;

    /// <summary>All that was proposed and never answered.</summary>
    public IEnumerable<KeyValuePair<Node, Change>> All => _byNode.Concat(_lost);

    public bool Contains(Node node) => _byNode.ContainsKey(node);

    public void Add(Node node, Change sent)
    {
        _byNode[node] = sent;
        if (sent.Entry.Deleted) return;
        if (!node.Id.IsProvisional)
        {
            if ((sent.Facets & Facets.Content) != 0) _edited[sent.Entry.Content] = node;
            return;
        }

        if (!_created.TryGetValue(sent.Entry.Name, out var namesakes)) _created.Add(sent.Entry.Name, namesakes = []);
        namesakes.Add(node);
    }

    /// <summary>A provisional id that a proposed change names as its directory is known in the journal.</summary>
    public void Bound(EntryId provisional, EntryId id) => _bound[provisional.Value] = id;

    /// <summary>Nothing is in doubt of this node any more: what was proposed was found, or something else stands there now.</summary>
    public void Settled(Node node)
    {
        _byNode.Remove(node);
        _lost.Remove(node);
    }

    /// <summary>All have the same of this node now: what was lost of it is behind.</summary>
    public void Agreed(Node node) => _lost.Remove(node);

    /// <summary>The content that was proposed of a node, never answered, and replaced here since.</summary>
    public ContentId Passed(Node node) =>
        (_byNode.TryGetValue(node, out var sent) || _lost.TryGetValue(node, out sent)) && !sent.Entry.Deleted && (sent.Facets & Facets.Content) != 0 && node.Local?.Content != sent.Entry.Content
            ? sent.Entry.Content
            : default;

    /// <summary>A node is another now: what is in the journal at its place.</summary>
    public void Rebind(Node from, Node to)
    {
        if (_lost.Remove(from, out var lost)) _lost[to] = lost;
        if (!_byNode.Remove(from, out var sent)) return;
        _byNode[to] = sent;
        if (!sent.Entry.Deleted) _edited[sent.Entry.Content] = to;
    }

    /// <summary>The node, new when it was proposed, that a new journal entry is, and the place it was proposed for.</summary>
    public (Node Node, Entry Proposed)? FindCreated(TreeSet trees, Entry entry)
    {
        if (entry.Deleted || !_created.TryGetValue(OwnOriginal(entry) ?? entry.Name, out var namesakes)) return null;
        foreach (var node in namesakes)
        {
            if (!node.Id.IsProvisional || trees.Find(node.Id) != node || !_byNode.TryGetValue(node, out var sent) || sent.Entry.Kind != entry.Kind) continue;
            if (sent.Entry.Content != entry.Content || sent.Entry.LinkTarget != entry.LinkTarget) continue;
            // Its directory may have been new as well, and have its journal id only now.
            if ((trees.Find(sent.Entry.Parent)?.Id ?? ParentOf(sent)) == entry.Parent) return (node, sent.Entry);
        }

        return null;
    }

    /// <summary>The node whose proposed edit lost a conflict and became this new entry, a conflict copy; and the edit.</summary>
    public (Node Node, Entry Proposed)? FindEdited(Entry entry) =>
        entry is { Deleted: false, Kind: EntryKind.File } && _edited.TryGetValue(entry.Content, out var node) && OwnOriginal(entry) is not null && _byNode.TryGetValue(node, out var sent)
        && node.Base is { Deleted: false } known && known.ContentRevision == sent.BaseContent
            ? (node, sent.Entry)
            : null;

    /// <summary>The proposed facets that the journal has as they were proposed.</summary>
    public Facets Confirmed(Node node, Entry remote)
    {
        if (remote.Deleted || !(_byNode.TryGetValue(node, out var sent) || _lost.TryGetValue(node, out sent)) || sent.Entry.Deleted) return Facets.None;
        var confirmed = Facets.None;
        if (remote.Name == sent.Entry.Name && remote.Parent == ParentOf(sent)) confirmed |= Facets.Place;
        if (remote.Content == sent.Entry.Content && remote.LinkTarget == sent.Entry.LinkTarget) confirmed |= Facets.Content;
        if (remote.Mode == sent.Entry.Mode) confirmed |= Facets.Mode;
        return confirmed & sent.Facets;
    }

    /// <summary>The journal has been followed to its end.</summary>
    public void EndFollowing()
    {
        foreach (var (node, sent) in _byNode)
            if (!sent.Entry.Deleted) _lost[node] = sent;
        _byNode.Clear();
        _created.Clear();
        _edited.Clear();
        _bound.Clear();
    }

    private EntryId ParentOf(Change sent) => sent.Entry.Parent.IsProvisional ? _bound.GetValueOrDefault(sent.Entry.Parent.Value) : sent.Entry.Parent;

    private string? OwnOriginal(Entry entry) => ConflictName.IsOf(entry.Name, ReplicaName) ? ConflictName.OriginalOf(entry.Name) : null;
}
