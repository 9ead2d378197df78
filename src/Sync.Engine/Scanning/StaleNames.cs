using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>Names that were looked for where their directory no longer is, each once, until all looks have ended; each keeps a job open.
/// Single-threaded.</summary>
internal sealed class StaleNames(JobCounter jobs)
{
    private readonly Dictionary<(Node Directory, string Name), (Look Look, long Origin)> _names = [];
    private readonly HashSet<Node> _asked = [];

    /// <summary>Keeps a name. True if the directory's own place is to be looked at.</summary>
    /// <remarks>Once is enough until <see cref="Take"/>. If each name asked anew, every level of a deep tree that has gone would climb to the top on
    /// its own, a look at a time, and nothing could be concluded before: 25 s for 1,000 levels instead of 2.</remarks>
    public bool Add(Node directory, string name, Look look, long origin)
    {
        var isKnown = _names.TryGetValue((directory, name), out var earlier);
        if (isKnown && earlier.Origin <= origin)
        {
            _names[(directory, name)] = (look | earlier.Look, earlier.Origin);
        }
        else
        {
            _names[(directory, name)] = (look | earlier.Look, jobs.Begin(origin));
            if (isKnown) jobs.End(earlier.Origin);
        }

        return _asked.Add(directory);
    }

    /// <summary>Hands out what is kept, to be looked at again; whoever takes it ends the jobs.</summary>
    public KeyValuePair<(Node Directory, string Name), (Look Look, long Origin)>[] Take()
    {
        if (_names.Count == 0) return [];
        var names = _names.ToArray();
        _names.Clear();
        _asked.Clear();
        return names;
    }
}
