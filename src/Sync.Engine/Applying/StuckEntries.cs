using Sync.Engine.Control;
using Sync.Engine.Link;
using Sync.Engine.Placing;
using Sync.Engine.Planning;
using Sync.Engine.Trees;

namespace Sync.Engine.Applying;

/// <summary>Entries that could not be put in place: listed among the problems, tried again in a while, and waited for by nobody. On the loop.</summary>
internal sealed class StuckEntries(ReplicaContext context)
{
    private static readonly TimeSpan Later = TimeSpan.FromSeconds(5);

    /// <summary>With what is listed of each: nothing where what is in its way is listed itself.</summary>
    private readonly Dictionary<Node, (string Path, string Code)?> _nodes = [];

    public bool IsEmpty => _nodes.Count == 0;

    public bool Contains(Node node) => _nodes.ContainsKey(node);

    /// <summary>It is stuck, and what is in its way is listed already.</summary>
    public void Add(Node node)
    {
        if (_nodes.TryAdd(node, null)) context.Reconciler.WakeWaiters(node);
    }

    /// <summary>Its content cannot be had, or something stands at its name; it is planned again when that changes.</summary>
    public void Report(Node node, string code, string message)
    {
        if (node.IsRemote) List(node, context.Trees.RemotePath(node), code, message);
    }

    /// <summary>Its placement failed; it is tried again later.</summary>
    public void Set(Placement placement, string code, string message)
    {
        List(placement.Node, placement.Target, code, message);
        Hold(placement.Node, Later);
        // By then it may be for the other one alone to move.
        if (placement.Step is { Kind: StepKind.Exchange, Other: { } other }) Hold(other, Later);
    }

    /// <summary>It is as agreed, by whatever way: there is nothing to report any more.</summary>
    public void Free(Node node)
    {
        if (_nodes.Remove(node, out var listed) && listed is { } problem) context.Problems.Clear(problem.Path, problem.Code);
    }

    /// <summary>Tries at once what waits for room, for rights or for a name: somebody has mended it, perhaps, and asks whether all is there.</summary>
    public void TryAgain()
    {
        foreach (var (node, listed) in _nodes.ToArray())
        {
            if (node.Remote is null || listed?.Code is not (ProblemCodes.NoSpace or ProblemCodes.Unmaterialised)) continue;
            Free(node);
            Plan(node);
        }
    }

    private void List(Node node, string path, string code, string message)
    {
        if (_nodes.GetValueOrDefault(node) != (path, code)) Free(node);
        var isNew = !_nodes.ContainsKey(node);
        _nodes[node] = (path, code);
        context.Problems.Set(path, code, message);
        // What waits for it to make room is stuck as well.
        if (isNew) context.Reconciler.WakeWaiters(node);
    }

    /// <summary>Plans a node again after a while. Looks at it go on meanwhile, and may come first.</summary>
    public void Hold(Node node, TimeSpan time) => context.After(time, () => Plan(node));

    private void Plan(Node node)
    {
        context.Reconciler.Enqueue(node.Current);
        context.Reconciler.WakeWaiters(node);
    }
}
