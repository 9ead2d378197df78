using Sync.Engine.Trees;

namespace Sync.Engine.Control;

/// <summary>The names at which something is being put in place: what is seen there is our own doing, whatever the journal says of the name by now.
/// Single-threaded.</summary>
internal sealed class Arrivals
{
    private readonly Dictionary<(Node, string), Node> _at = [];
    private readonly Dictionary<Node, (Node Directory, string Name)> _of = [];

    /// <summary>Directories that were seen while others were being made, by their file keys.</summary>
    private Dictionary<ulong, (Node Directory, string Name)> _unclear = [];

    /// <summary>Those of the time before: they are none of what is being made now.</summary>
    private Dictionary<ulong, (Node Directory, string Name)> _clear = [];
    private int _makers;

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

    /// <summary>Directories are about to be made, whose file keys are known when <see cref="EndMaking"/> is called.</summary>
    public void BeginMaking() => _makers++;

    /// <summary>Their keys are known. What was seen meanwhile is to be looked at now.</summary>
    public IReadOnlyCollection<(Node Directory, string Name)> EndMaking()
    {
        if (--_makers > 0 || _unclear.Count == 0) return [];
        (_clear, _unclear) = (_unclear, []);
        return _clear.Values;
    }

    /// <summary>Whether a directory that nobody knows may be one that is being made, which a user has renamed in that instant: nothing is said of it until that is known. Taken for a new one, it would stand
    /// beside the one that it is.</summary>
    public bool MayBeMade(Node directory, string name, ulong fileKey)
    {
        if (_makers == 0 || fileKey == 0 || _clear.ContainsKey(fileKey)) return false;
        _unclear[fileKey] = (directory, name);
        return true;
    }

    /// <summary>Gives memory back.</summary>
    public void Trim()
    {
        _at.TrimExcess();
        _of.TrimExcess();
        _clear = [];
    }
}
