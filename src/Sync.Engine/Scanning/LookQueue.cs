using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>The names to be looked at when the turn ends, each once. Single-threaded.</summary>
internal sealed class LookQueue
{
    private readonly Dictionary<Node, Dictionary<string, Look>> _names = [];

    public bool IsEmpty => _names.Count == 0;

    /// <summary>What is marked; not to be added to while it is walked through.</summary>
    public IReadOnlyDictionary<Node, Dictionary<string, Look>> Names => _names;

    public void Mark(Node directory, string name, Look look)
    {
        if (!_names.TryGetValue(directory, out var names)) _names.Add(directory, names = new(StringComparer.Ordinal));
        // Created and then closed in one batch is no longer "just created".
        if (names.TryGetValue(name, out var earlier)) look = (look | earlier) & (look.HasFlag(Look.Created) && earlier.HasFlag(Look.Created) ? ~Look.Plain : ~Look.Created);
        names[name] = look;
    }

    public void Clear() => _names.Clear();
}
