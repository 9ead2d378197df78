using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Trees;

namespace Sync.Engine.Replicas;

// What is still to come, and what stays as it is.
internal sealed partial class Replica
{
    /// <summary>Waits for something that will come: not held by the policy, not left out, not stuck with a problem.</summary>
    private bool IsPending(Node node)
    {
        if (Trees.Find(node.Id) != node) return false;
        if (_heldDirectories.IsLookedInto(node)) return true;
        if (Reconciler.Held.Contains(node) || _stuck.Contains(node) || _outbox.Stuck.Contains(node) || node.Has(NodeFlags.Held) || node.Has(NodeFlags.Refused)) return false;
        if (Reconciler.Planner.Direction == SyncDirection.SendOnly)
        {
            if (!IsMine(node)) return false;
            // Deleted elsewhere: another mode alone brings it back nowhere.
            if (node is { IsLocal: true, Remote.Deleted: true, Base: { } known } && Reconciler.Comparer.Weighty(known, node.Local) == Facets.None) return false;
        }

        if (node is { Local: null, IsRemote: true }) return node.Has(NodeFlags.Applying) || !IsLeftOut(node);
        // Deleted elsewhere, it stays for an edit in it that is kept here and not sent.
        if (!node.IsRemote && node.Kind == EntryKind.Directory && Reconciler.Planner.IsKept(node)) return false;
        return !Reconciler.Planner.IsLeftover(node) && !(node.IsRemote ? GoesIntoStuck(node) : HoldsStuck(node));
    }

    /// <summary>It is here, elsewhere it has another place or none, and that cannot be had here for now.</summary>
    private bool StaysWhereItIs(Node node) => !_stuck.IsEmpty && (node.IsRemote ? _stuck.Contains(node) || GoesIntoStuck(node) : HoldsStuck(node));

    /// <summary>A directory that was deleted elsewhere, with something in it that cannot be put where it belongs now: it stays for that.</summary>
    private bool HoldsStuck(Node node) => !_stuck.IsEmpty && node.Kind == EntryKind.Directory
        && Trees.LocalChildren(node).Any(child => child.IsRemote ? _stuck.Contains(child) || GoesIntoStuck(child) : HoldsStuck(child));

    /// <summary>Its new place is in a directory that is not here and cannot be placed: it stays where it is until then.</summary>
    private bool GoesIntoStuck(Node node)
    {
        // Its new place is within itself, for as long as what is in it cannot leave it.
        if (Trees.Find(node.Remote!.Parent) is { IsLocal: true } inside && inside != node && Trees.IsLocallyWithin(inside, node))
            for (var at = inside; at is not null && at != node; at = Trees.LocalParent(at))
                if (_stuck.Contains(at)) return true;
        for (var i = 0; i < 4096; i++)
        {
            if (Trees.Find(node.Remote!.Parent) is not { IsLocal: false, IsRemote: true } parent) return false;
            if (_stuck.Contains(parent)) return true;
            node = parent;
        }

        return false;
    }

    /// <remarks>An edit that lost a conflict while the link was away, and was found in the journal as its copy, is behind: the journal's own state is not taken.</remarks>
    private bool IsMine(Node node) => Reconciler.Comparer.Difference(node.Synced, node.Local) != Facets.None
        && (node.Applied is not { } found || Reconciler.Comparer.Difference(found, node.Local) != Facets.None || Reconciler.Comparer.Difference(node.Remote, node.Local) == Facets.None);

    /// <summary>Ignored on this replica, or in something that is, or in something that cannot be placed.</summary>
    private bool IsLeftOut(Node node)
    {
        for (var i = 0; i < 4096; i++)
        {
            if (Trees.Find(node.Remote!.Parent) is not { } parent) return true;
            if (_stuck.Contains(parent)) return true;
            if (parent.IsLocal) return _observer.IsIgnored(parent, node) == true;
            if (!parent.IsRemote) return false;
            node = parent;
        }

        return true;
    }
}
