using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>What has gone from its name, and what is new at one, until it is known which of them belong together. What is new keeps the job open
/// that found it. Single-threaded.</summary>
internal sealed class MoveCandidates(JobCounter jobs)
{
    private readonly Dictionary<Node, long> _gone = [];
    private readonly Dictionary<(Node, string), (Sighting Seen, long Origin)> _appeared = [];

    public bool AnyGone => _gone.Count > 0;

    public bool AnyAppeared => _appeared.Count > 0;

    public IReadOnlyCollection<Node> Gone => _gone.Keys;

    /// <summary>It is not at its name, by a look that began at this time of the placement clock.</summary>
    public void AddGone(Node node, long clock) => _gone[node] = clock;

    /// <summary>It has turned up, or is taken off the trees: it is not to be taken for deleted.</summary>
    public void RemoveGone(Node node) => _gone.Remove(node);

    /// <summary>Something new: whether it is that, or has moved, is known when all looks have ended.</summary>
    public void Appear(Node directory, Sighting seen, long origin)
    {
        if (_appeared.TryGetValue((directory, seen.Name), out var earlier)) origin = earlier.Origin;
        else jobs.Begin(origin);
        _appeared[(directory, seen.Name)] = (seen, origin);
    }

    /// <summary>What was new there is not there any more.</summary>
    public void Disappear(Node directory, string name)
    {
        if (_appeared.Remove((directory, name), out var gone)) jobs.End(gone.Origin);
    }

    /// <summary>Hands out each new thing that is known now, with the job that found it.</summary>
    public void TakeAppeared(Action<Node, Sighting, long> take)
    {
        foreach (var (place, (seen, origin)) in _appeared.ToArray())
        {
            _appeared.Remove(place);
            take(place.Item1.Current, seen, origin);
            jobs.End(origin);
        }
    }

    /// <summary>Gives memory back.</summary>
    public void Trim()
    {
        _gone.TrimExcess();
        _appeared.TrimExcess();
    }

    /// <summary>Empties the set of what has gone.</summary>
    public KeyValuePair<Node, long>[] TakeGone()
    {
        var gone = _gone.ToArray();
        _gone.Clear();
        return gone;
    }
}
