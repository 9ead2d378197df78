using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Planning;

/// <summary>What the journal told before it was durable there: until it is, what was committed before is what is saved, and what is gone back to if the host loses the rest. Single-threaded.</summary>
internal sealed class TentativeStates
{
    /// <summary>Of each node whose remote state is tentative, the last that is not; null: there was none.</summary>
    private readonly Dictionary<Node, Entry?> _committed = [];

    /// <summary>All that was told and is not durable, also where a later state has come since.</summary>
    private readonly PriorityQueue<(Node Node, Entry State), Revision> _told = new();

    /// <summary>The nodes whose remote state is tentative.</summary>
    public IReadOnlyCollection<Node> Nodes => _committed.Keys;

    /// <summary>Whether a node's remote state is tentative.</summary>
    public bool Has(Node node) => _committed.ContainsKey(node);

    /// <summary>The journal's last committed state of a node; null: there is none.</summary>
    public Entry? Committed(Node node) => _committed.TryGetValue(node, out var committed) ? committed : node.Remote;

    /// <summary>A state that is about to be a node's remote one; what that is now was committed, if no other is on its way already.</summary>
    public void Add(Node node, Entry state)
    {
        _committed.TryAdd(node, node.Remote);
        _told.Enqueue((node, state), state.Revision);
    }

    /// <summary>A former life was told of a node's remote state.</summary>
    /// <param name="node">The node, with that state.</param>
    /// <param name="committed">What was committed of it before; null: nothing.</param>
    public void Restore(Node node, Entry? committed)
    {
        _committed[node] = committed;
        _told.Enqueue((node, node.Remote!), node.Remote!.Revision);
    }

    /// <summary>A node's remote state is committed.</summary>
    public void Remove(Node node) => _committed.Remove(node);

    /// <summary>What was told up to a revision is durable on the host. Each node of which something was is passed to <paramref name="changed"/>.</summary>
    /// <param name="revision">The last that is durable.</param>
    /// <param name="isThere">Whether a node is still the one of its id.</param>
    /// <param name="changed">Called for a node when what is committed of it has changed.</param>
    public void Commit(Revision revision, Func<Node, bool> isThere, Action<Node> changed)
    {
        while (_told.TryPeek(out var told, out var next) && next <= revision)
        {
            _told.Dequeue();
            var node = told.Node;
            if (!isThere(node)) continue;
            if (node.Remote is { } remote && remote.Revision <= revision) _committed.Remove(node);
            // Behind a later one that may not last: this is what is gone back to, and it will not be told again.
            else if (_committed.TryGetValue(node, out var before) && (before is null || before.Revision < next)) _committed[node] = told.State;
            changed(node);
        }
    }

    /// <summary>The host has lost what was told after a revision.</summary>
    /// <returns>The nodes whose remote state is lost, with what was committed of them.</returns>
    public List<KeyValuePair<Node, Entry?>> Lose(Revision kept)
    {
        // The host's new life gives their revisions to others.
        var lasting = _told.UnorderedItems.Where(told => told.Priority <= kept).ToArray();
        _told.Clear();
        _told.EnqueueRange(lasting);
        var lost = _committed.Where(c => c.Key.Remote is not { } remote || remote.Revision > kept).ToList();
        foreach (var (node, _) in lost) _committed.Remove(node);
        return lost;
    }

    /// <summary>Gives memory back.</summary>
    public void Trim()
    {
        _committed.TrimExcess();
        _told.TrimExcess();
    }
}
