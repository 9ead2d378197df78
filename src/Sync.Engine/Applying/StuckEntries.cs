using Sync.Engine.Control;
using Sync.Engine.Link;
using Sync.Engine.Placing;
using Sync.Engine.Trees;

namespace Sync.Engine.Applying;

/// <summary>Entries that could not be put in place: listed among the problems, tried again in a while, and waited for by nobody. On the loop.</summary>
internal sealed class StuckEntries(ReplicaContext context)
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    private readonly HashSet<Node> _nodes = [];

    public bool Contains(Node node) => _nodes.Contains(node);

    /// <summary>It is stuck, and what is in its way is listed already.</summary>
    public void Add(Node node) => _nodes.Add(node);

    /// <summary>Its content cannot be had, or something stands at its name; it is planned again when that changes.</summary>
    public void Report(Node node, string code, string message)
    {
        if (!node.IsRemote) return;
        _nodes.Add(node);
        context.Problems.Set(context.Trees.RemotePath(node), code, message);
    }

    /// <summary>Its placement failed; it is tried again later.</summary>
    public void Set(Placement placement, string code, string message)
    {
        _nodes.Add(placement.Node);
        context.Problems.Set(placement.Target, code, message);
        Hold(placement.Node, Later);
    }

    /// <summary>It was put in place after all.</summary>
    public void Placed(Placement placement)
    {
        if (_nodes.Remove(placement.Node)) context.Problems.Clear(placement.Target);
    }

    /// <summary>It is as agreed, by whatever way: there is nothing to report any more.</summary>
    public void Free(Node node)
    {
        if (_nodes.Count > 0 && _nodes.Remove(node) && node.Remote is not null) context.Problems.Clear(context.Trees.RemotePath(node));
    }

    /// <summary>Tries at once what waits for room, for rights or for a name: somebody has mended it, perhaps, and asks whether all is there.</summary>
    public void TryAgain()
    {
        foreach (var node in _nodes.ToArray())
        {
            if (node.Remote is null || context.Problems.Find(context.Trees.RemotePath(node))?.Code is not (ProblemCodes.NoSpace or ProblemCodes.Unmaterialised)) continue;
            Free(node);
            Plan(node);
        }
    }

    /// <summary>Plans a node again after a while. Looks at it go on meanwhile, and may come first.</summary>
    public void Hold(Node node, TimeSpan time) => context.After(time, () => Plan(node));

    private void Plan(Node node)
    {
        context.Reconciler.Enqueue(node.Current);
        context.Reconciler.WakeWaiters(node);
    }
}
