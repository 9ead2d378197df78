using Sync.Engine.Trees;

namespace Sync.Engine.Control;

/// <summary>The names at which something is being put in place: what is seen there is our own doing, whatever the journal says of the name by now.
/// Single-threaded.</summary>
internal sealed class Arrivals
{
    private readonly Dictionary<(Node, string), Node> _at = [];
    private readonly Dictionary<Node, (Node Directory, string Name)> _of = [];

    public void Begin(Node node, Node directory, string name)
    {
        _at[(directory, name)] = node;
        _of[node] = (directory, name);
    }

    /// <summary>It stands there, or it does not. The place that was begun with, if any.</summary>
    public (Node Directory, string Name)? End(Node node)
    {
        if (!_of.Remove(node, out var place)) return null;
        if (_at.TryGetValue(place, out var there) && there == node) _at.Remove(place);
        return place;
    }

    /// <summary>What is being put in place there.</summary>
    public Node? At(Node directory, string name) => _at.GetValueOrDefault((directory, name));

    /// <summary>Gives memory back.</summary>
    public void Trim()
    {
        _at.TrimExcess();
        _of.TrimExcess();
    }
}
