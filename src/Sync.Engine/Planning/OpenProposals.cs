using Sync.Engine.Trees;

namespace Sync.Engine.Planning;

/// <summary>
/// Places that nodes are proposed for while the answer is not there: a node that was proposed and is gone again from the disk may stand in the
/// journal by now. Who comes to its name, and the directory that is deleted around it, wait for the answer.
/// </summary>
internal sealed class OpenProposals
{
    private readonly Dictionary<Node, Dictionary<string, Node>> _byDirectory = [];

    public void Add(Node directory, string name, Node node)
    {
        if (!_byDirectory.TryGetValue(directory, out var names)) _byDirectory.Add(directory, names = new(StringComparer.Ordinal));
        names[name] = node;
    }

    /// <summary>The node proposed for a place, another than <paramref name="node"/>; null if none is open.</summary>
    public Node? At(Node directory, string name, Node node)
    {
        if (!_byDirectory.TryGetValue(directory, out var names) || !names.TryGetValue(name, out var earlier) || earlier.Current == node) return null;
        if (earlier.Current.Has(NodeFlags.Proposing)) return earlier.Current;
        Remove(directory, names, name);
        return null;
    }

    /// <summary>A node proposed for a place in a directory that is no longer on disk; null if none is open.</summary>
    public Node? GoneFrom(Node directory)
    {
        if (!_byDirectory.TryGetValue(directory, out var names)) return null;
        foreach (var (name, node) in names.ToArray())
        {
            if (!node.Current.Has(NodeFlags.Proposing)) Remove(directory, names, name);
            else if (!node.Current.IsLocal) return node.Current;
        }

        return null;
    }

    /// <summary>A directory's node is another now.</summary>
    public void Rebind(Node from, Node to)
    {
        if (_byDirectory.Remove(from, out var names))
            foreach (var (name, node) in names) Add(to, name, node);
    }

    public void Clear()
    {
        _byDirectory.Clear();
        _byDirectory.TrimExcess();
    }

    private void Remove(Node directory, Dictionary<string, Node> names, string name)
    {
        names.Remove(name);
        if (names.Count == 0) _byDirectory.Remove(directory);
    }
}
