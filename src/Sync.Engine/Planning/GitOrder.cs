using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Planning;

/// <summary>
/// What refers to git objects follows them: a branch, an index or a log in a `.git` waits until every object known there is on both sides,
/// however long a large pack takes. So a repository on the other side is at every moment one that git can read.
/// </summary>
internal sealed class GitOrder(TreeSet trees)
{
    private const string GitDirectory = ".git";
    private const string Objects = "objects";

    /// <summary>How deep below `.git` things are looked for: `.git/modules/a/refs/remotes/origin/main` and the like.</summary>
    private const int MaxDepth = 16;

    /// <summary>By `.git` directory: objects that are on one side only.</summary>
    private readonly Dictionary<Node, List<Node>> _pending = [];

    /// <summary>One of a node's trees has changed.</summary>
    public void Note(Node node)
    {
        if ((node.Local ?? node.Remote) is not { Kind: EntryKind.File } entry || !IsPending(node) || GitOf(entry) is not { } git) return;
        if (!_pending.TryGetValue(git, out var objects)) _pending.Add(git, objects = []);
        objects.Add(node);
    }

    /// <summary>The object that a change in a `.git` has to wait for; null: none.</summary>
    public Node? ToWaitFor(Entry entry)
    {
        if (_pending.Count == 0) return null;
        var name = entry.Name;
        var directory = trees.Find(entry.Parent);
        for (var depth = 0; depth < MaxDepth && directory is not null && directory != trees.Root; depth++)
        {
            var above = directory.Local ?? directory.Remote;
            if (above is null) return null;
            // An object itself waits for nothing.
            if (above.Name == GitDirectory) return name == Objects ? null : Last(directory);
            name = above.Name;
            directory = trees.Find(above.Parent);
        }

        return null;
    }

    /// <summary>The object noted last: most likely the last to arrive.</summary>
    private Node? Last(Node git)
    {
        if (!_pending.TryGetValue(git, out var objects)) return null;
        while (objects.Count > 0)
        {
            var last = objects[^1];
            if (trees.Find(last.Id) == last && IsPending(last)) return last;
            objects.RemoveAt(objects.Count - 1);
        }

        _pending.Remove(git);
        return null;
    }

    /// <summary>New here and not in the journal yet, or new there and not here yet. What was deleted, or is refused, is waited for by nobody.</summary>
    private static bool IsPending(Node node) =>
        !node.Has(NodeFlags.Refused) && ((node.IsLocal && node.Remote is null) || (node.IsRemote && node.Local is null && node.Base is null));

    /// <summary>The `.git` whose object this is: `objects/xx/...` or `objects/pack/...`.</summary>
    private Node? GitOf(Entry entry)
    {
        var directory = trees.Find(entry.Parent);
        for (var depth = 0; depth < 2 && directory is not null && directory != trees.Root; depth++)
        {
            if ((directory.Local ?? directory.Remote) is not { } above) return null;
            var parent = trees.Find(above.Parent);
            if (above.Name == Objects) return parent is not null && (parent.Local ?? parent.Remote)?.Name == GitDirectory ? parent : null;
            directory = parent;
        }

        return null;
    }
}
