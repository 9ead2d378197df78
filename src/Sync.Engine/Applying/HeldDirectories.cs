using Sync.Engine.Control;
using Sync.Engine.Link;
using Sync.Engine.Scanning;
using Sync.Engine.Trees;

namespace Sync.Engine.Applying;

/// <summary>Directories that were deleted elsewhere and are not empty here: what is in them is new, and brings them back, or ignored, and keeps them
/// until it is gone. On the loop.</summary>
internal sealed class HeldDirectories(ReplicaContext context, Observer observer)
{
    private readonly HashSet<Node> _lookedInto = [];

    /// <summary>Those that were found not empty, and in which nothing was seen: another may have stood at the path in that instant. They are removed once more.</summary>
    private readonly HashSet<Node> _doubtful = [];

    private readonly Dictionary<Node, string> _listed = [];

    private TreeSet Trees => context.Trees;

    /// <summary>Whether it is not known yet why it is not empty.</summary>
    public bool IsLookedInto(Node node) => _lookedInto.Contains(node);

    /// <summary>Its removal found something in it.</summary>
    public void LookInto(Node node)
    {
        // What is in it may be new, and bring it back; only if it is still empty in the trees after the look it is what is ignored.
        node.Flags |= NodeFlags.Held;
        _lookedInto.Add(node);
        observer.LookInto(node);
        observer.WhenDrained(() =>
        {
            _lookedInto.Remove(node);
            if (node.Current is not { IsLocal: true, IsRemote: false } held || Trees.LocalChildCount(held) > 0 || _doubtful.Add(held))
            {
                node.Current.Flags &= ~NodeFlags.Held;
                context.Reconciler.Enqueue(node.Current);
                return;
            }

            _doubtful.Remove(held);
            List(held);
        });
    }

    /// <summary>Takes directories off the list of problems that have come back to life, or have gone.</summary>
    public void Review()
    {
        if (_doubtful.Count > 0) _doubtful.RemoveWhere(static node => !node.Current.IsLocal);
        if (_listed.Count == 0) return;
        foreach (var (node, path) in _listed.ToArray())
        {
            if (node.Current is { IsLocal: true, IsRemote: false } held && held.Has(NodeFlags.Held) && Trees.LocalPath(held) == path)
            {
                List(held);
                continue;
            }

            _listed.Remove(node);
            context.Problems.Clear(path, ProblemCodes.HoldsIgnored);
            if (node.Current is { IsLocal: true, IsRemote: false } moved && moved.Has(NodeFlags.Held)) List(moved);
            else node.Current.Flags &= ~NodeFlags.Held;
        }
    }

    private void List(Node held)
    {
        var path = Trees.LocalPath(held);
        _listed[held] = path;
        // Where something waits for the name, that is said already.
        if (!context.Problems.Contains(path)) context.Problems.Set(path, ProblemCodes.HoldsIgnored, "Deleted elsewhere; it stays here because of what is ignored in it. Remove that, and it goes.");
    }
}
