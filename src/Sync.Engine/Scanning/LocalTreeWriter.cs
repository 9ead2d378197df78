using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Trees;
using Sync.Engine.Watching;

namespace Sync.Engine.Scanning;

/// <summary>Writes what was observed into the local tree; what leaves the tree leaves the watcher, the rules and the problems too. On the loop.</summary>
internal sealed class LocalTreeWriter(ReplicaContext context, IWatcher watcher, DirectoryRules rules, NameProblems problems, MoveCandidates candidates)
{
    /// <summary>The node for something new on disk: the journal's entry at that place, if it is of this kind and nowhere on disk, else a new one.</summary>
    public Node Claim(Node directory, string name, EntryKind kind) =>
        context.Trees.RemoteChild(directory, name) is { Local: null } known && known.Kind == kind && !known.Has(NodeFlags.Applying) ? known : context.Trees.AddProvisional();

    public void Set(Node node, Entry entry, FileStamp stamp, long? diskLength = null)
    {
        // What is as agreed shares the agreed object.
        if (node.Remote is { Deleted: false } remote && node.Synced is not null && context.Reconciler.Comparer.Difference(entry, remote) == Facets.None && entry.MtimeNs == remote.MtimeNs) entry = remote;
        context.Trees.SetLocal(node, entry, stamp, diskLength);
    }

    /// <summary>The owner, where the share's policy wants it known.</summary>
    public ulong? OwnerOf(in FileStat stat) => context.Policy.Ownership ? stat.Owner : null;

    public Entry LinkEntry(EntryId id, Node directory, string name, in FileStat stat, string target) => new()
    {
        Id = id, Parent = directory.Id, Name = name, Kind = EntryKind.Symlink, Mode = 0x1FF, Owner = OwnerOf(stat),
        MtimeNs = stat.Stamp.MtimeNs, LinkTarget = target, Content = ContentIds.OfLink(target),
    };

    /// <summary>It is deleted, with all that is in it, but for what is just being placed or removed: that stays known until it is done, and the directories that it was in.</summary>
    public void Remove(Node node)
    {
        if (context.Trees.LocalParent(node) is not { } parent) return;
        List<Node>? worked = null;
        RemoveAll(node, ref worked);
        foreach (var at in worked ?? []) context.LookLater(at, parent, node.Local!.Name);
    }

    /// <param name="node">What is deleted.</param>
    /// <param name="worked">What in it is being worked on is added.</param>
    private void RemoveAll(Node node, ref List<Node>? worked)
    {
        if (node.Has(NodeFlags.Applying))
        {
            (worked ??= []).Add(node);
            return;
        }

        var before = worked?.Count ?? 0;
        if (node.Kind == EntryKind.Directory)
        {
            foreach (var child in context.Trees.LocalChildren(node).ToArray()) RemoveAll(child, ref worked);
            if (worked?.Count > before) return;
            watcher.Unwatch(node);
            rules.Forget(node);
        }

        candidates.RemoveGone(node);
        if (context.Trees.LocalParent(node) is { } parent) problems.Clear(parent, node.Local!.Name);
        if (context.Trees.LocalChildCount(node) == 0) context.Trees.SetLocal(node, null);
    }

    /// <summary>Becoming ignored takes an entry off the trees; it is never a delete.</summary>
    public void LeaveOut(Node node)
    {
        if (node.Has(NodeFlags.Applying))
        {
            node.Flags |= NodeFlags.LookAgain;
            return;
        }

        foreach (var child in context.Trees.LocalChildren(node).ToArray()) LeaveOut(child);
        if (node.Kind == EntryKind.Directory)
        {
            watcher.Unwatch(node);
            rules.Forget(node);
        }

        candidates.RemoveGone(node);
        context.Trees.SetSynced(node, null);
        if (context.Trees.LocalChildCount(node) == 0) context.Trees.SetLocal(node, null);
    }
}
