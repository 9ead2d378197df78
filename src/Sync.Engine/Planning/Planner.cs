using Sync.Engine.Model;
using Sync.Engine.Scanning;
using Sync.Engine.Trees;

namespace Sync.Engine.Planning;

/// <summary>
/// The three-way merge of one node, facet by facet: what changed here alone is proposed, what changed there alone is applied, what changed on
/// both sides is proposed too, and the host decides. A pure function of the trees; what it waits for it names.
/// </summary>
/// <remarks>After the host's outcome the proposed state is the merge base, so a lost conflict needs no rule of its own: it is "unchanged here".</remarks>
internal sealed class Planner(TreeSet trees, FacetComparer compare)
{
    /// <summary>The longest ring of names that is looked for; longer ones are broken by stepping aside.</summary>
    private const int RingLimit = 64;

    private readonly GitOrder _git = new(trees);
    private readonly OpenProposals _open = new();

    public SyncDirection Direction { get; set; }

    /// <summary>Local edits of a replica that only receives, which are to be put back.</summary>
    public HashSet<Node> Reverting { get; } = [];

    /// <summary>Entries that were made here and proposed without an answer, and that the journal has told of after all: what stands at their names here is theirs, and where nothing
    /// does they were deleted.</summary>
    public HashSet<Node> Returned { get; } = [];

    /// <summary>On the host: what the journal has from the host up to here was found on this very disk, by a former life, whatever the index says of it. Elsewhere zero.</summary>
    public Revision OwnUpTo { get; set; }

    /// <summary>Whether a path, or a directory above it, cannot be read now: that it was not seen tells nothing.</summary>
    public Func<string, bool>? IsUnreadable { get; set; }

    /// <summary>Proposals would be refused.</summary>
    public bool ReadOnly { get; set; }

    /// <summary>The last committed revision: what is later is tentative, shown on disk but in no merge base.</summary>
    public Revision Committed { get; set; }

    /// <summary>Whether this replica leaves a journal entry out, which would stand in this local directory; null: not known yet,
    /// and all are planned again when it is.</summary>
    public Func<Node, Node, bool?>? IsIgnored { get; set; }

    /// <summary>Whether an ignore file is itself what keeps its new directory from being made here.</summary>
    public Func<Node, bool>? LeavesOutItsPlace { get; set; }

    /// <summary>Whether a node cannot go where it belongs, which is listed: what waits for it to make room waits for long.</summary>
    public Func<Node, bool>? IsStuck { get; set; }

    public void ResetCommitted() => Committed = Revision.Zero;

    /// <summary>What differs here is not an edit to be kept, but to be put right.</summary>
    private bool IsCopy(Node node) => Direction == SyncDirection.Mirror || Reverting.Contains(node);

    private bool CanPropose => !ReadOnly && Direction is SyncDirection.TwoWay or SyncDirection.SendOnly;

    /// <summary>Two names can be exchanged. Where they cannot, one of two that stand in each other's way steps aside.</summary>
    public bool CanExchange { get; set; } = true;

    private bool CanApply => Direction != SyncDirection.SendOnly;

    public Step Decide(Node node)
    {
        if (node == trees.Root) return Step.None;
        var step = (node.Local, node.IsRemote) switch
        {
            (null, false) => Absent(node),
            (not null, false) => LocalOnly(node),
            (null, true) => RemoteOnly(node),
            _ => Both(node),
        };
        if (step.Kind == StepKind.Propose && node.Kind != EntryKind.Directory && _git.ToObserve(node) is { } git) return new Step(StepKind.Observe, Other: git);
        return InGitWaitsFor(node, step) is { } first ? Step.Wait(first) : step;
    }

    /// <summary>What must have arrived, on the side that a step changes, before it.</summary>
    private Node? InGitWaitsFor(Node node, Step step) => step.Kind switch
    {
        StepKind.Create or StepKind.Update or StepKind.Move or StepKind.Propose or StepKind.Remove when node.Kind == EntryKind.Directory => null,
        StepKind.Create or StepKind.Update or StepKind.Move => Arriving(_git.ToWaitFor(node, node.Remote!)),
        StepKind.Propose when node.IsLocal => Arriving(_git.ToWaitFor(node, node.Local!)),
        StepKind.Propose when _git.ToWaitForBeforeDeleting(node.Remote!) is { IsLocal: true } first && !IsSucceeded(node) => Arriving(first),
        StepKind.Remove when _git.ToWaitForBeforeDeleting(node.Local!) is { IsRemote: true } first && !IsSucceeded(node) => Arriving(first),
        _ => null,
    };

    /// <summary>One of a node's trees has changed.</summary>
    public void Note(Node node) => _git.Note(node);

    /// <inheritdoc cref="GitOrder.IsPacked"/>
    public bool IsPacked(Node node) => _git.IsPacked(node);

    /// <summary>What <see cref="StepKind.Observe"/> asks for is done.</summary>
    public void Observed(Node node) => _git.Observed(node);

    /// <summary>A node is proposed for the place it has now.</summary>
    public void NoteProposed(Node node)
    {
        if (trees.LocalParent(node) is { } directory) _open.Add(directory, node.Local!.Name, node);
    }

    /// <summary>A node is another now.</summary>
    public void Rebind(Node from, Node to) => _open.Rebind(from, to);

    /// <summary>Nothing is proposed any more.</summary>
    public void ForgetProposed() => _open.Clear();

    /// <summary>What is left out here, or by the direction, never comes, and what is stuck may not either.</summary>
    private Node? Arriving(Node? missing)
    {
        if (missing is null) return null;
        if (missing.IsLocal && !(missing is { IsRemote: true, Base: not null } && Edited(missing) == Facets.None)) return CanPropose ? missing : null;
        return !CanApply || missing.Remote is null || LeftOut(missing) is not null || IsStuck?.Invoke(missing) == true ? null : missing;
    }

    private Step Absent(Node node) => IsTentative(node) ? Step.None : new Step(StepKind.Forget);

    private Step LocalOnly(Node node)
    {
        // A directory that was deleted and made anew is the same one: it may hold again what it held. So is what has no other past than a proposal.
        if (node is { Remote: null, Id.IsProvisional: true } && !node.Has(NodeFlags.Distinct)
            && trees.LocalParent(node) is { } parent && trees.RemoteChild(parent, node.Local!.Name) is { Local: null } former
            && former.Kind == node.Kind && !former.Has(NodeFlags.Proposing))
        {
            // About to be placed where this stands already: then it is let go, and is this one. Proposed before that, this would have to be another.
            if (former.Has(NodeFlags.Applying))
            {
                if (node.Kind == EntryKind.Directory || FacetComparer.SameBytes(node.Local, former.Remote!)) return Step.Wait(former);
            }
            else if (node.Kind == EntryKind.Directory || WasHere(former)) return new Step(StepKind.Bind, Other: former);
        }

        // The journal never knew it, or forgot it: new here.
        if (node.Remote is null || node.Base is null) return Propose(node, Facets.All);

        // Deleted there. An edit or a move here beats that; a mode does not.
        var edited = compare.Weighty(node.Base, node.Local);
        if (edited != 0 && !IsCopy(node)) return Propose(node, edited);
        if (!CanApply) return Step.None;
        // A directory goes when its children are gone; each of them decides for itself, and a new one revives its parents.
        return trees.LocalChildCount(node) > 0 || node.Has(NodeFlags.Held) ? Step.None : new Step(StepKind.Remove);
    }

    private Step RemoteOnly(Node node)
    {
        if (node.Base is not { } known) return Create(node);
        // Its deletion came from there as well, and was taken back there.
        if (known.Deleted) return new Step(StepKind.Forget);

        if (WasHere(node))
        {
            if (StandsFor(node) is { } here) return here.Id.IsProvisional || here.Has(NodeFlags.Proposing) || here.Has(NodeFlags.Applying) ? Step.Wait(here) : new Step(StepKind.TakeOver, Other: here);
            if (!WouldBeSeen(node)) return Step.None;
        }

        // Deleted here. A remote edit or move beats that.
        if (IsEditedThere(node)) return new Step(StepKind.Forget);
        if (IsCopy(node)) return new Step(StepKind.Forget);
        var isKept = !CanPropose || node.Has(NodeFlags.Refused);
        if (node.Kind == EntryKind.Directory)
        {
            Node? undecided = null;
            foreach (var child in trees.RemoteChildren(node))
            {
                if (child.Has(NodeFlags.Deleting)) continue;
                // New, edited or moved in there: it lives, and so must its parent, also where its deletion is only kept here. (What the journal has of one that is proposed may be just that.)
                if (!child.Has(NodeFlags.Proposing) && (child.Base is null ? child.Local is null : WantsToMove(child))) return new Step(StepKind.Forget);
                undecided ??= child;
            }

            if (isKept) return new Step(StepKind.Hold);
            if (undecided is not null) return Step.Wait(undecided);
            // Made in it and deleted with it, and the journal may have it by now.
            if (_open.GoneFrom(node) is { } gone) return Step.Wait(gone);
        }

        return isKept ? new Step(StepKind.Hold) : new Step(StepKind.Propose, Facets.Place);
    }

    /// <summary>A former life had it on this disk as the journal has it, which the index does not tell.</summary>
    private bool WasHere(Node node) => Returned.Contains(node) || IsOwnContent(node);

    /// <summary>What stands at such an entry's name, or at that of a directory above it, and is not known to be the same yet.</summary>
    private Node? StandsFor(Node node)
    {
        var isItself = true;
        for (var i = 0; i < 4096 && trees.Find(node.Remote!.Parent) is { } parent; i++)
        {
            if (parent.IsLocal)
            {
                return trees.LocalChild(parent, node.Remote.Name) is { } here && here.Kind == node.Kind && !here.Has(NodeFlags.Distinct)
                    && (here.Id.IsProvisional || (isItself && node.Kind == EntryKind.File)) ? here : null;
            }

            if (!parent.IsRemote) return null;
            node = parent;
            isItself = false;
        }

        return null;
    }

    /// <summary>Whether a returned entry would be known by now if it were on disk.</summary>
    private bool WouldBeSeen(Node node)
    {
        if (trees.Find(node.Remote!.Parent) is not { IsLocal: true } parent) return true;
        if (IsIgnored is { } ignored && ignored(parent, node) is not false) return false;
        return IsUnreadable is not { } unreadable || !unreadable(SharePath.Join(trees.LocalPath(parent), node.Remote.Name));
    }

    /// <summary>The content that the journal has is from this very disk, and later than what was shown or agreed on as far as the index tells.</summary>
    public bool IsOwnContent(Node node) =>
        node.Remote is { ByHost: true, Deleted: false } remote && remote.ContentRevision <= OwnUpTo && remote.ContentRevision > (node.Base?.ContentRevision ?? default);

    /// <summary>What the journal says of a node is a move or an edit of others, made since it was shown or agreed on.</summary>
    private bool IsEditedThere(Node node) => (compare.Weighty(node.Base, node.Remote) & ~(IsOwnContent(node) ? Facets.Content : Facets.None)) != 0;

    private Step Both(Node node)
    {
        var (synced, local, remote) = (node.Synced, node.Local!, node.Remote!);
        var differ = compare.Difference(local, remote);
        if (!IsTentative(node) && NeedsSettling(synced, remote, differ)) return new Step(StepKind.Settle, Facets.All & ~differ);
        if (differ == 0) return Step.None;

        Facets mine;
        if (node.Base is not null) mine = differ & Edited(node);
        else mine = local.Content != remote.Content || local.LinkTarget != remote.LinkTarget ? differ & Facets.Content : Facets.None;
        if (IsCopy(node)) mine = Facets.None;
        var theirs = differ & ~mine;

        if (mine != 0)
        {
            var step = Propose(node, mine);
            // What cannot be proposed must not keep the other facets from being applied, where any are.
            if (step.Kind != StepKind.Hold || theirs == 0 || !CanApply) return step;
        }

        if (theirs == 0 || !CanApply) return Step.None;
        // The same bytes under another mtime are not copied.
        var isContent = (theirs & Facets.Content) != 0 && !FacetComparer.SameBytes(local, remote);
        // Written first, then renamed: its name never stands for the bytes of before.
        if ((theirs & Facets.Place) != 0 && !isContent) return Move(node);
        return isContent ? new Step(StepKind.Update, theirs) : new Step(StepKind.SetMeta, theirs);
    }

    /// <summary>What a user changed here since it was agreed on, or placed from the journal.</summary>
    private Facets Edited(Node node) => compare.Difference(node.Base, node.Local);

    private bool IsTentative(Node node) => node.Remote is { } remote && remote.Revision > Committed;

    private static bool NeedsSettling(Entry? synced, Entry remote, Facets differ)
    {
        if (ReferenceEquals(synced, remote) || differ == Facets.All) return false;
        // Where all agree they share one object.
        if (synced is null || differ == Facets.None) return true;
        return ((differ & Facets.Place) == 0 && (synced.PlaceRevision != remote.PlaceRevision || synced.Parent != remote.Parent || synced.Name != remote.Name))
            || ((differ & Facets.Content) == 0 && synced.ContentRevision != remote.ContentRevision)
            || ((differ & Facets.Mode) == 0 && synced.ModeRevision != remote.ModeRevision);
    }

    private Step Propose(Node node, Facets facets)
    {
        if (IsCopy(node) && !node.IsRemote)
        {
            // What the journal has at its very name is the same entry: it is put right instead of brought anew.
            if (node is { Remote: null, Base: null, Id.IsProvisional: true } && trees.LocalParent(node) is { } above
                && trees.RemoteChild(above, node.Local!.Name) is { Local: null } namesake && namesake.Kind == node.Kind && !namesake.Has(NodeFlags.Applying))
                return new Step(StepKind.Bind, Other: namesake);
            return trees.LocalChildCount(node) > 0 ? Step.None : new Step(StepKind.Remove);
        }

        if (!CanPropose || node.Has(NodeFlags.Refused)) return new Step(StepKind.Hold);
        // One proposed for this very place before, and gone again: what became of it is not known yet.
        if ((facets & Facets.Place) != 0 && trees.LocalParent(node) is { } directory && _open.At(directory, node.Local!.Name, node) is { } earlier) return Step.Wait(earlier);
        // The host must know the parent first: from this or an earlier proposal of the session.
        if ((facets & Facets.Place) != 0 && trees.LocalParent(node) is { } parent && IsToCome(parent)) return Step.Wait(parent);
        // A directory that was deleted there comes back with it, to a name that is free by then. (What had that and has moved may wait for this very node.)
        for (var at = trees.LocalParent(node); (facets & Facets.Place) != 0 && at is { IsRemote: false } && at != trees.Root; at = trees.LocalParent(at))
            if (Vacating(at) is { Local: null } holder && !IsRemotelyWithin(node, holder)) return Step.Wait(holder);
        if ((facets & Facets.Place) != 0 && Vacating(node) is { } occupant)
        {
            // Two directories that changed places: one goes by way of another name.
            if (MustGoAside(node, occupant)) return new Step(StepKind.Propose, facets, occupant);
            return Step.Wait(occupant);
        }

        return new Step(StepKind.Propose, facets);
    }

    /// <summary>A directory that is still to be proposed: new, or made anew where its deletion was proposed.</summary>
    private static bool IsToCome(Node directory) =>
        directory.Has(NodeFlags.Deleting) || (directory is { IsRemote: false, Base: null } && !directory.Has(NodeFlags.Proposing));

    /// <summary>What the journal has at the node's new place and is itself about to be proposed away from there: that must come first,
    /// or the host would see a conflict where there is none.</summary>
    private Node? Vacating(Node node)
    {
        if (trees.LocalParent(node) is not { } parent || trees.RemoteChild(parent, node.Local!.Name) is not { } occupant || occupant == node) return null;
        if (occupant.Has(NodeFlags.Leaving) || occupant.Has(NodeFlags.Refused) || occupant.Base is null) return null;
        // A directory that cannot be deleted while the journal has this very node in it.
        if (occupant.Local is null && IsRemotelyWithin(node, occupant)) return null;
        // Something else of it is proposed, an edit from before it was deleted: what the journal has of it may be that.
        if (occupant.Local is null) return !occupant.Has(NodeFlags.Proposing) && IsEditedThere(occupant) ? null : occupant;
        return (compare.Difference(occupant.Base, occupant.Local) & Facets.Place) != 0 ? occupant : null;
    }

    private bool IsRemotelyWithin(Node? node, Node ancestor)
    {
        for (var i = 0; i < 4096 && node is { IsRemote: true } && node != trees.Root; i++)
        {
            if (node == ancestor) return true;
            node = trees.Find(node.Remote!.Parent);
        }

        return false;
    }

    /// <summary>True if something else comes to the name of what goes, or of a directory that goes with it: it cannot wait for that.</summary>
    private bool IsSucceeded(Node node)
    {
        var step = node;
        for (var i = 0; i < 4096 && step is not null; i++)
        {
            Node? parent;
            Node? successor;
            if (step is { IsLocal: true, IsRemote: false })
            {
                parent = trees.LocalParent(step);
                successor = parent is null ? null : trees.RemoteChild(parent, step.Local!.Name);
            }
            else if (step is { IsLocal: false, IsRemote: true })
            {
                parent = trees.Find(step.Remote!.Parent);
                successor = parent is null ? null : trees.LocalChild(parent, step.Remote.Name);
            }
            else return false;

            if (successor is not null && successor != step) return true;
            step = parent;
        }

        return false;
    }

    /// <summary>True if what has a node's place in the journal waits, in the end, for the node to leave its own: then that goes by way of another name. It has done so where nobody wants the place that
    /// the journal has it at, and nothing that it is in there is to come into it: then the others can go on, and it waits for them. (It went from one such name to the next, for ever, before the other's turn came.)</summary>
    private bool MustGoAside(Node node, Node occupant)
    {
        var isInTheWay = !node.IsRemote || (trees.Find(node.Remote!.Parent) is { } directory && trees.LocalChild(directory, node.Remote.Name) is { } next && next != node);
        Node? step = occupant;
        for (var i = 0; i < RingLimit && step is { IsLocal: true }; i++)
        {
            isInTheWay |= IsRemotelyWithin(node, step);
            // It is to go into the very directory that waits for its name.
            if (trees.IsLocallyWithin(step, node)) return isInTheWay;
            step = Vacating(step);
            if (step == node) return isInTheWay;
        }

        return step is { IsLocal: true };
    }

    private Step Create(Node node)
    {
        var parent = trees.Find(node.Remote!.Parent);
        if (parent is not { IsLocal: true }) return CanApply ? Step.Wait(parent) : Step.None;
        if (IsIgnored is { } ignored && ignored(parent, node) is not false) return Step.None;
        var occupant = trees.LocalChild(parent, node.Remote.Name);
        if (occupant is null) return CanApply ? new Step(StepKind.Create) : Step.None;
        // Found on disk and in the journal at one place: the same entry, if it is the same kind. Its content decides what follows.
        if (occupant is { Remote: null, Synced: null } && occupant.Kind == node.Kind)
            return occupant.Has(NodeFlags.Proposing) ? Step.Wait(occupant) : new Step(StepKind.Bind, Other: occupant);
        if (!CanApply) return Step.None;
        if (IsLeftover(occupant)) return new Step(node.Kind == EntryKind.Directory ? StepKind.Adopt : StepKind.Blocked, Other: occupant);
        if (MayBeDisplaced(occupant)) return new Step(StepKind.Create, Other: occupant);
        return IsKept(occupant) ? new Step(StepKind.Blocked, Other: occupant) : Step.Wait(occupant);
    }

    private Step Move(Node node)
    {
        var parent = trees.Find(node.Remote!.Parent);
        if (parent is not { IsLocal: true })
        {
            if (StandsInTheWayOf(parent, node) is { } refuge) return new Step(StepKind.StepAside, Other: refuge);
            // Under another name it leaves nothing out.
            if (LeavesOutItsPlace?.Invoke(node) == true) return new Step(StepKind.StepAside, Other: trees.LocalParent(node));
            return LeftOut(parent) is { } leftOut ? new Step(StepKind.Blocked, Other: leftOut) : Step.Wait(parent);
        }

        if (trees.IsLocallyWithin(parent, node))
        {
            // Its new place is in itself for as long as what was moved into it here, and is kept, is not put back.
            for (var at = parent; at is not null && at != node; at = trees.LocalParent(at))
                if (IsKept(at)) return new Step(StepKind.Blocked, Other: at);
            return new Step(StepKind.Wait, Facets.Place, parent);
        }

        var occupant = trees.LocalChild(parent, node.Remote.Name);
        if (occupant is null || occupant == node) return new Step(StepKind.Move);
        if (MayBeDisplaced(occupant)) return new Step(StepKind.Move, Other: occupant);
        // It is to take the place of the deleted directory that it is in.
        if (occupant.Remote is { Deleted: true } && trees.IsLocallyWithin(node, occupant)) return new Step(StepKind.StepAside, Other: parent);
        if (IsLeftover(occupant) || IsKept(occupant)) return new Step(StepKind.Blocked, Other: occupant);
        if (!IsInRing(node, occupant)) return Step.Wait(occupant);
        return !CanExchange || trees.IsLocallyWithin(node, occupant) ? new Step(StepKind.StepAside, Other: parent) : new Step(StepKind.Exchange, Other: occupant);
    }

    /// <summary>What is left out here of an entry of the journal and the directories above it, for which it is not here; null if it is here, or to come.</summary>
    public Node? LeftOut(Node? entry)
    {
        for (var i = 0; i < 4096 && entry is { IsLocal: false, IsRemote: true } && trees.Find(entry.Remote!.Parent) is { } above; i++)
        {
            if (above.IsLocal) return IsIgnored is { } ignored && ignored(above, entry) == true ? entry : null;
            entry = above;
        }

        return null;
    }

    /// <summary>If a directory cannot be made because the node, or what holds it, has its name: the directory to step aside into.</summary>
    private Node? StandsInTheWayOf(Node? directory, Node node)
    {
        var (above, name) = FirstMissing(directory, "");
        return above is not null && trees.LocalChild(above, name) is { } occupant && trees.IsLocallyWithin(node, occupant) ? above : null;
    }

    /// <summary>On the way to a name in a directory of the journal: the last directory that is on disk, and the first name that is not yet.</summary>
    private (Node? Parent, string Name) FirstMissing(Node? directory, string name)
    {
        for (var i = 0; i < 4096 && directory is { IsLocal: false, IsRemote: true }; i++)
        {
            name = directory.Remote!.Name;
            directory = trees.Find(directory.Remote.Parent);
        }

        return directory is { IsLocal: true } ? (directory, name) : (null, name);
    }

    /// <summary>A directory that was deleted there, and is kept here only for what is ignored in it, or in those below it.</summary>
    public bool IsLeftover(Node node)
    {
        if (node is not { Kind: EntryKind.Directory, IsLocal: true, Remote.Deleted: true, Base: not null } || node.Has(NodeFlags.Applying) || node.Has(NodeFlags.Proposing)) return false;
        if (!node.Has(NodeFlags.Held) && trees.LocalChildCount(node) == 0) return false;
        if (compare.Weighty(node.Base, node.Local) != 0) return false;
        foreach (var child in trees.LocalChildren(node))
            if (!IsLeftover(child)) return false;
        return true;
    }

    /// <summary>It stays at its name for as long as nobody says otherwise: an edit here, or a directory with one in it, that is kept and not sent.</summary>
    public bool IsKept(Node node)
    {
        if (node.Has(NodeFlags.Applying) || node.Has(NodeFlags.Proposing)) return false;
        if (!IsCopy(node) && (!CanPropose || node.Has(NodeFlags.Refused)))
        {
            var isEdit = node.Base is not { Deleted: false } known || (node.IsRemote ? Edited(node) & Facets.Place : compare.Weighty(known, node.Local)) != 0;
            if (isEdit) return true;
        }

        if (node.Kind != EntryKind.Directory || node.IsRemote) return false;
        foreach (var child in trees.LocalChildren(node))
            if (IsKept(child)) return true;
        return false;
    }

    /// <summary>Deleted there, unchanged here, and nothing in it: it may be displaced by its successor in one step.</summary>
    private bool MayBeDisplaced(Node node) =>
        node is { Remote.Deleted: true, Base: not null }
        && !node.Has(NodeFlags.Applying) && !node.Has(NodeFlags.Proposing) && !node.Has(NodeFlags.Held)
        && trees.LocalChildCount(node) == 0
        && compare.Weighty(node.Base, node.Local) == 0;

    private bool WantsToMove(Node node) =>
        node is { IsLocal: true, IsRemote: true, Base: not null }
        && (compare.Difference(node.Local, node.Remote) & Facets.Place) != 0
        && (IsCopy(node) || (Edited(node) & Facets.Place) == 0);

    /// <summary>If what a node waits for waits, in the end, for the node: one of the ring that can step aside on disk, and into which directory, so that the others may go on.</summary>
    public (Node Mover, Node Into)? RingBreaker(Node node)
    {
        var left = RingLimit;
        if (RingBreaker(node, node, null, leavesEmptying: false, ref left) is { } beside) return (beside, trees.LocalParent(beside)!);
        // All that could are in directories that were deleted there, which go when they are empty: one of them goes further.
        left = RingLimit;
        if (RingBreaker(node, node, null, leavesEmptying: true, ref left) is not { } leaving) return null;
        var into = trees.LocalParent(leaving);
        while (into is not null && IsEmptying(into)) into = trees.LocalParent(into);
        return into is null ? null : (leaving, into);
    }

    private Node? RingBreaker(Node step, Node node, Node? mover, bool leavesEmptying, ref int left)
    {
        if (left-- <= 0 || step.Has(NodeFlags.Applying) || step.Has(NodeFlags.Proposing)) return null;
        var decided = Decide(step);
        if (decided is { Kind: StepKind.Wait, Other: { } next })
        {
            // Beside itself it would still be in the way of the end of a directory that was deleted there.
            if (mover is null && CanApply && WantsToMove(step) && trees.LocalParent(step) is { } parent && (leavesEmptying || !IsEmptying(parent))) mover = step;
            return next == node ? mover : RingBreaker(next, node, mover, leavesEmptying, ref left);
        }

        if (!IsEmptying(step)) return null;
        foreach (var child in trees.LocalChildren(step))
            if ((child == node ? mover : RingBreaker(child, node, mover, leavesEmptying, ref left)) is { } found) return found;
        return null;
    }

    /// <summary>A directory that was deleted there, and goes as soon as all that is in it has gone.</summary>
    private bool IsEmptying(Node node) =>
        CanApply && node.IsLocal && node is { Kind: EntryKind.Directory, Remote.Deleted: true, Base: not null } && trees.LocalChildCount(node) > 0
        && (IsCopy(node) || compare.Weighty(node.Base, node.Local) == 0);

    /// <summary>True if what stands in the way waits, in the end, for this node.</summary>
    private bool IsInRing(Node node, Node occupant)
    {
        var step = occupant;
        for (var i = 0; i < RingLimit; i++)
        {
            if (!WantsToMove(step) || step.Has(NodeFlags.Applying) || step.Has(NodeFlags.Proposing)) return false;
            var (parent, name) = FirstMissing(trees.Find(step.Remote!.Parent), step.Remote.Name);
            if (parent is null) return false;
            // It must leave its own inside first: its new parent is below it, and can be so only because of this node.
            if (trees.IsLocallyWithin(parent, step)) return trees.IsLocallyWithin(node, step);
            var next = trees.LocalChild(parent, name);
            if (next is null || next == step) return false;
            if (next == node) return true;
            step = next;
        }

        return true;
    }
}
