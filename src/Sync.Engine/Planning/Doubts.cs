using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Planning;

/// <summary>
/// What was proposed when the link was lost: the journal may have it or not. Where it turns out that it has, what came after it here was
/// made on top of it, and is no conflict with it. Known until the journal has been followed to its end again.
/// </summary>
internal sealed class Doubts
{
    private readonly Dictionary<Node, Change> _byNode = [];
    private readonly Dictionary<string, List<Node>> _created = new(StringComparer.Ordinal);
    private readonly Dictionary<long, EntryId> _bound = [];

    public bool IsEmpty => _byNode.Count == 0;

    public IReadOnlyCollection<Node> Nodes => _byNode.Keys;

    public bool Contains(Node node) => _byNode.ContainsKey(node);

    public void Add(Node node, Change sent)
    {
        _byNode[node] = sent;
        if (!node.Id.IsProvisional || sent.Entry.Deleted) return;
        if (!_created.TryGetValue(sent.Entry.Name, out var namesakes)) _created.Add(sent.Entry.Name, namesakes = []);
        namesakes.Add(node);
    }

    /// <summary>The node, new when it was proposed, that a new journal entry is.</summary>
    public Node? FindCreated(TreeSet trees, Entry entry)
    {
        if (entry.Deleted || !_created.TryGetValue(entry.Name, out var namesakes)) return null;
        foreach (var node in namesakes)
        {
            if (!node.Id.IsProvisional || !_byNode.TryGetValue(node, out var sent) || sent.Entry.Kind != entry.Kind) continue;
            if (sent.Entry.Content != entry.Content || sent.Entry.LinkTarget != entry.LinkTarget) continue;
            // Its directory may have been new as well, and have its journal id only now.
            if (trees.Find(sent.Entry.Parent) is { } parent ? parent.Id == entry.Parent : _bound.GetValueOrDefault(sent.Entry.Parent.Value) == entry.Parent) return node;
        }

        return null;
    }

    /// <summary>A provisional id that a proposed change names as its directory is known in the journal.</summary>
    public void Bound(EntryId provisional, EntryId id) => _bound[provisional.Value] = id;

    /// <summary>The proposed facets that the journal has as they were proposed.</summary>
    public Facets Confirmed(Node node, Entry remote)
    {
        if (remote.Deleted || !_byNode.TryGetValue(node, out var sent) || sent.Entry.Deleted) return Facets.None;
        var confirmed = Facets.None;
        if (remote.Name == sent.Entry.Name && (remote.Parent == sent.Entry.Parent || _bound.GetValueOrDefault(sent.Entry.Parent.Value) == remote.Parent)) confirmed |= Facets.Place;
        if (remote.Content == sent.Entry.Content && remote.LinkTarget == sent.Entry.LinkTarget) confirmed |= Facets.Content;
        if (remote.Mode == sent.Entry.Mode) confirmed |= Facets.Mode;
        return confirmed & sent.Facets;
    }

    public void Clear()
    {
        _byNode.Clear();
        _created.Clear();
        _bound.Clear();
    }
}
