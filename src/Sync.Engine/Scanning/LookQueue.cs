using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>The names to be looked at when the turn ends, each once. Single-threaded.</summary>
internal sealed class LookQueue
{
    /// <summary>The origin of a look that nothing earlier gave rise to.</summary>
    public const long New = long.MaxValue;

    private readonly Dictionary<Node, Dictionary<string, (Look Look, long Origin)>> _names = [];

    public bool IsEmpty => _names.Count == 0;

    /// <summary>What is marked; not to be added to while it is walked through.</summary>
    public IReadOnlyDictionary<Node, Dictionary<string, (Look Look, long Origin)>> Names => _names;

    /// <summary>Looks at a name when the turn ends.</summary>
    /// <param name="directory">Where it is.</param>
    /// <param name="name">The name.</param>
    /// <param name="look">What is known of it.</param>
    /// <param name="origin">The moment of the job that this look follows from, and ends: see <see cref="JobCounter"/>.</param>
    public void Mark(Node directory, string name, Look look, long origin = New)
    {
        if (!_names.TryGetValue(directory, out var names)) _names.Add(directory, names = new(StringComparer.Ordinal));
        if (names.TryGetValue(name, out var earlier))
        {
            // Created and then closed in one batch is no longer "just created"; what is told of itself tells its other names.
            var both = look & earlier.Look;
            look = (look & Look.Bytes) | (earlier.Look & Look.Bytes) | (both & (Look.Created | Look.Linked));
            origin = Math.Min(origin, earlier.Origin);
        }

        names[name] = (look, origin);
    }

    public void Clear() => _names.Clear();

    /// <summary>Gives memory back.</summary>
    public void Trim() => _names.TrimExcess();
}
