namespace Sync.Engine.Trees;

/// <summary>Nodes in no order: adding, removing and taking one cost the same however many there are. Single-threaded.</summary>
internal sealed class Crowd
{
    private readonly List<Node> _nodes = [];
    private readonly Dictionary<Node, int> _places = [];

    public int Count => _nodes.Count;

    /// <summary>One of them; there must be one.</summary>
    public Node Last => _nodes[^1];

    public void Add(Node node)
    {
        if (_places.TryAdd(node, _nodes.Count)) _nodes.Add(node);
    }

    public bool Remove(Node node)
    {
        if (!_places.Remove(node, out var place)) return false;
        var last = _nodes[^1];
        _nodes.RemoveAt(_nodes.Count - 1);
        if (last == node) return true;
        _nodes[place] = last;
        _places[last] = place;
        return true;
    }

    /// <summary>Takes one out; there must be one.</summary>
    public Node Take()
    {
        var node = Last;
        Remove(node);
        return node;
    }
}
