using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Store;
using Sync.Engine.Trees;

namespace Sync.Engine.Planning;

/// <summary>
/// Keeps the nodes that are not yet the same everywhere in a queue, asks the planner for each one's next step, and does those steps that
/// concern the trees alone. What must touch the disk or the link it hands out. Single-threaded, no clock, no I/O.
/// </summary>
internal sealed class Reconciler
{
    private readonly Queue<Node> _queue = new();
    private readonly Dictionary<Node, HashSet<Node>> _waiters = [];
    private readonly Dictionary<Node, Node> _waitsFor = [];
    private readonly TentativeStates _tentative = new();
    private readonly Queue<Node> _deferredProposals = new();
    private readonly Queue<Node> _deferredEffects = new();
    private readonly Dictionary<long, EntryId> _bound = [];
    private readonly HashSet<Node> _held = [];
    private readonly Doubts _doubts = new();

    private readonly Dictionary<Node, Node> _unobserved = [];
    private HashSet<Node>? _untold;

    public Reconciler(TreeSet trees, FacetComparer comparer)
    {
        Trees = trees;
        Comparer = comparer;
        Planner = new Planner(trees, comparer);
        Former = new FormerLives(trees);
        trees.Changed = OnChanged;
    }

    public TreeSet Trees { get; }

    public FacetComparer Comparer { get; }

    public Planner Planner { get; }

    /// <summary>What was under way when a life of this replica, or of the host, ended.</summary>
    public FormerLives Former { get; }

    /// <summary>Nodes kept from what the journal says by the policy: local edits of a replica that only receives, refused changes.</summary>
    public IReadOnlyCollection<Node> Held => _held;

    /// <summary>What the host calls this replica, in the names of conflict copies.</summary>
    public string ReplicaName { set => _doubts.ReplicaName = value; }

    /// <summary>Told of each node whose trees changed.</summary>
    public Action<Node>? NodeChanged { get; set; }

    /// <summary>Told of a content that the journal had, with its node, when it has another in its place, or none.</summary>
    public Action<Node, Entry>? Replaced { get; set; }

    /// <summary>Told when a provisional node has become another (its journal entry's), which now stands for it.</summary>
    public Action<Node, Node>? Rebound { get; set; }

    /// <summary>Called with an id that no node here has any more.</summary>
    public Action<EntryId>? Forgotten { get; set; }

    /// <summary>Called with a node that cannot be put in place for what stands at its name, and that.</summary>
    public Action<Node, Node>? Blocked { get; set; }

    public void Enqueue(Node node)
    {
        if (node.Has(NodeFlags.Queued) || node == Trees.Root) return;
        node.Flags |= NodeFlags.Queued;
        _queue.Enqueue(node);
    }

    public void EnqueueAll()
    {
        foreach (var node in Trees.All) Enqueue(node);
    }

    /// <summary>The next step that is not the trees' own affair. Steps that may not be taken now are kept for <see cref="Release"/>.</summary>
    public bool TryNext(bool mayPropose, bool mayApply, out Node node, out Step step)
    {
        while (_queue.TryDequeue(out node!))
        {
            node.Flags &= ~NodeFlags.Queued;
            if (Trees.Find(node.Id) != node || node.Has(NodeFlags.Applying) || node.Has(NodeFlags.Proposing)) continue;
            step = Planner.Decide(node);
            if (step.Kind != StepKind.Hold) _held.Remove(node);
            if (step.Kind != StepKind.Wait) _waitsFor.Remove(node);
            switch (step.Kind)
            {
                case StepKind.None:
                    // What is edited after it was put back is kept like any other edit.
                    if (Planner.Reverting.Count > 0 && node is { IsLocal: true, IsRemote: true } && Comparer.Difference(node.Local, node.Remote) == Facets.None) Planner.Reverting.Remove(node);
                    continue;
                case StepKind.Wait:
                    for (var other = step.Other; other is not null; other = step.Facets == Facets.Place ? Trees.LocalParent(other) : null) WaitFor(other, node);
                    if (step.Other is { IsLocal: true } occupant && Planner.IsStuck?.Invoke(occupant) == true) Blocked?.Invoke(node, occupant);
                    // An edit that is kept and not sent: it stays in the way until it is put back, unless what waits for it here ends it.
                    else if (step.Other is { } kept && _held.Contains(kept))
                    {
                        Blocked?.Invoke(node, kept);
                        Enqueue(kept);
                    }

                    // Who waits for this node may be part of a ring now, which one of them must break.
                    if (_waitsFor.TryAdd(node, step.Other!) || _waitsFor[node] != step.Other)
                    {
                        _waitsFor[node] = step.Other!;
                        WakeWaiters(node);
                        if (mayApply && Planner.RingBreaker(node) is { } breaker)
                        {
                            (node, step) = (breaker.Mover, new Step(StepKind.StepAside, Other: breaker.Into));
                            return true;
                        }
                    }

                    continue;
                case StepKind.Hold: _held.Add(node); continue;
                case StepKind.Observe: _unobserved[node] = step.Other!; continue;
                case StepKind.Settle: Settle(node, step.Facets); continue;
                case StepKind.Forget: Forget(node); continue;
                // It may be another entry, which the journal has not told of again yet.
                case StepKind.Bind when _doubts.Contains(step.Other!): WaitFor(step.Other!, node); continue;
                case StepKind.Bind when node.Id.IsProvisional: BindTo(node, step.Other!); continue;
                case StepKind.Bind: BindTo(step.Other!, node); continue;
                case StepKind.TakeOver: TakeOver(step.Other!, node); continue;
                case StepKind.Adopt when !mayApply: _deferredEffects.Enqueue(node); continue;
                case StepKind.Adopt: Adopt(step.Other!, node); continue;
                case StepKind.Blocked:
                    WaitFor(step.Other!, node);
                    Blocked?.Invoke(node, step.Other!);
                    continue;
                // The journal may have a stray by now.
                case StepKind.Remove when !mayPropose && node.Remote is null: _deferredProposals.Enqueue(node); continue;
                case StepKind.Propose when !mayPropose: _deferredProposals.Enqueue(node); continue;
                case StepKind.Propose:
                    if (step.Facets.HasFlag(Facets.Place)) Planner.NoteProposed(node);
                    return true;
                case var _ when !mayApply || step.Other is { } other && (other.Has(NodeFlags.Applying) || other.Has(NodeFlags.Proposing)):
                    if (mayApply) WaitFor(step.Other!, node);
                    else _deferredEffects.Enqueue(node);
                    continue;
                default: return true;
            }
        }

        step = Step.None;
        return false;
    }

    /// <summary>Changes that may not be proposed before all that was noticed before them, in the directories named, is in the local tree.
    /// To be given back by <see cref="Observed"/>.</summary>
    public KeyValuePair<Node, Node>[] TakeUnobserved()
    {
        if (_unobserved.Count == 0) return [];
        var nodes = _unobserved.ToArray();
        _unobserved.Clear();
        return nodes;
    }

    /// <summary>All that was noticed before these changes is in the local tree.</summary>
    public void Observed(IEnumerable<Node> nodes)
    {
        foreach (var node in nodes)
        {
            if (Trees.Find(node.Id) != node) continue;
            Planner.Observed(node);
            Enqueue(node);
        }
    }

    /// <summary>Puts steps back into the queue that could not be taken before.</summary>
    public void Release(bool proposals, bool effects)
    {
        while (proposals && _deferredProposals.TryDequeue(out var node)) Enqueue(node);
        while (effects && _deferredEffects.TryDequeue(out var node)) Enqueue(node);
    }

    /// <summary>Gives memory back: work is over for now.</summary>
    /// <param name="isProposing">Changes are on their way, which may name ids that were given here.</param>
    public void Trim(bool isProposing)
    {
        if (!isProposing)
        {
            _bound.Clear();
            Planner.ForgetProposed();
        }

        _bound.TrimExcess();
        _queue.TrimExcess();
        _waiters.TrimExcess();
        _waitsFor.TrimExcess();
        _tentative.Trim();
        _deferredEffects.TrimExcess();
        _deferredProposals.TrimExcess();
    }

    /// <summary>New states from the journal, tentative until committed.</summary>
    public void Receive(Entry entry)
    {
        if (!_doubts.IsEmpty && Trees.Find(entry.Id) is null) Recognise(entry);
        var node = Trees.GetOrAdd(entry.Id);
        _untold?.Remove(node);
        if (node == Trees.Root || (node.Remote is { } known && known.Revision >= entry.Revision)) return;
        if (entry.Revision > Planner.Committed) _tentative.Add(node, entry);
        else _tentative.Remove(node);

        Confirm(node, entry);
        if (Replaced is { } replaced && node.Remote is { Deleted: false, Kind: EntryKind.File } former && (entry.Deleted || entry.Content != former.Content)) replaced(node, former);
        Trees.SetRemote(node, entry);
        if (IsOwn(node, entry))
        {
            node.Applied = entry;
            Planner.Returned.Add(node);
        }

        // What arrives in a directory that was deleted here keeps it alive.
        if (Trees.Find(entry.Parent) is { Local: null } parent) Enqueue(parent);
    }

    /// <summary>What the journal has of a node is gone from here for good, as far as anybody knows: it is deleted there, as if it had been agreed on.</summary>
    public void GiveUp(Node node)
    {
        Planner.Returned.Remove(node);
        Trees.SetSynced(node, node.Remote);
        Enqueue(node);
    }

    /// <summary>Everything up to a revision is durable on the host.</summary>
    public void Commit(Revision revision)
    {
        if (revision > Planner.Committed) Planner.Committed = revision;
        _tentative.Commit(revision, node => Trees.Find(node.Id) == node, node =>
        {
            Enqueue(node);
            NodeChanged?.Invoke(node);
        });
    }

    /// <summary>The host has dealt with a proposed change: the proposed state is the merge base now, see <see cref="Outcome"/>.</summary>
    public void Conclude(Node node, Change sent, Outcome outcome)
    {
        node.Flags &= ~NodeFlags.Proposed;
        if (outcome.Verdict is Verdict.Retry or Verdict.NeedContent or Verdict.Unknown or Verdict.Refused) WakeWaiters(node);
        switch (outcome.Verdict)
        {
            case Verdict.Retry or Verdict.NeedContent:
                Enqueue(node);
                return;
            case Verdict.Unknown:
                // Somebody else may have brought it back since: then it is known again.
                if (Trees.Find(outcome.Id) is { Local: not null } forgotten && forgotten != Trees.Root && !forgotten.Id.IsProvisional
                    && !(forgotten.IsRemote && forgotten.Remote!.Revision > outcome.Revision)) Renew(forgotten);
                Enqueue(node);
                return;
            case Verdict.Refused:
                node.Flags |= NodeFlags.Refused;
                Enqueue(node);
                return;
        }

        Former.Answered(node);
        if (node.Id.IsProvisional && !outcome.Id.IsProvisional && outcome.Id != EntryId.None)
        {
            if (Trees.Find(outcome.Id) is { } namesake && (namesake.IsLocal || namesake.Has(NodeFlags.Applying)))
            {
                // Its namesake is on disk under another name, or on its way to the place that this one has left: proposed again, as another.
                node.Flags |= NodeFlags.Distinct;
                Enqueue(node);
                return;
            }

            _bound[node.Id.Value] = outcome.Id;
            node = Rebind(node, outcome.Id);
            if (outcome.Entry is { } entry) Receive(entry);
        }

        node.Flags &= ~NodeFlags.Distinct;
        _doubts.Settled(node);
        var agreed = sent.Entry.Deleted ? null : MergeBase(node, sent, outcome.Verdict == Verdict.Accepted ? outcome.Revision : null);
        if (node.Applied is { } applied) node.Applied = agreed is null || applied.Deleted ? null : applied.Take(sent.Facets, agreed);
        Trees.SetSynced(node, agreed);
        WakeWaiters(node);
    }

    /// <summary>A node stands at a place of our own choosing, for a moment: that is no edit.</summary>
    public void SteppedAside(Node node)
    {
        if (node.Local is not { } local) return;
        if (node.Applied is { } applied) node.Applied = applied with { Parent = local.Parent, Name = local.Name };
        if (node.Synced is { } synced) Trees.SetSynced(node, synced with { Parent = local.Parent, Name = local.Name });
    }

    /// <summary>A step was done on disk.</summary>
    /// <param name="node">Whose.</param>
    /// <param name="step">The step.</param>
    /// <param name="placed">The journal's state it was done for.</param>
    /// <param name="before">The node's <see cref="Node.Base"/> before.</param>
    public void Placed(Node node, Step step, Entry placed, Entry? before)
    {
        if (step.Kind is StepKind.Create or StepKind.Update or StepKind.Remove) _doubts.Settled(node);
        switch (step.Kind)
        {
            case StepKind.StepAside:
                SteppedAside(node);
                break;
            case StepKind.Exchange:
                Take(node, Facets.Place);
                // The other may have arrived by this as well, or be on its way still.
                var other = step.Other!;
                if (other is { IsRemote: true, Local: { } local, Remote: { } remote } && local.Parent == remote.Parent && local.Name == remote.Name)
                    other.Applied = other.Base?.Take(Facets.Place, remote);
                else SteppedAside(other);
                break;
            case StepKind.Remove:
                node.Applied = placed;
                break;
            case StepKind.Create:
                // A directory gets a strict mode when it is full: until then it has none of the journal's modes.
                var hasMode = (Comparer.Difference(node.Local, placed) & Facets.Mode) == 0;
                node.Applied = node.Local! with { PlaceRevision = placed.PlaceRevision, ContentRevision = placed.ContentRevision, ModeRevision = hasMode ? placed.ModeRevision : default };
                if (step.Other is { } displaced) displaced.Applied = displaced.Remote;
                break;
            case StepKind.Move:
                Take(node, Facets.Place);
                if (step.Other is { } inTheWay && inTheWay != node) inTheWay.Applied = inTheWay.Remote;
                break;
            case StepKind.Update:
                Take(node, step.Facets & (Facets.Content | Facets.Mode));
                break;
            case StepKind.SetMeta:
                Take(node, step.Facets);
                break;
        }

        // Only what was placed is no edit: the other facets are judged by what they were before.
        void Take(Node to, Facets facets) =>
            to.Applied = before is null or { Deleted: true } || to.Local is not { } local ? null
                : before.Take(facets, local with { PlaceRevision = placed.PlaceRevision, ContentRevision = placed.ContentRevision, ModeRevision = placed.ModeRevision });
    }

    /// <summary>The link is gone. What was proposed is proposed again, unless the journal turns out to have it.</summary>
    /// <param name="proposed">Nodes under way.</param>
    /// <param name="sent">Those of their changes that had been sent.</param>
    public void LoseLink(IEnumerable<Node> proposed, IEnumerable<(Node Node, SentChange Sent)> sent)
    {
        foreach (var (node, (path, change)) in sent)
        {
            if (change.Entry.Id.IsProvisional) Former.AddMade(path, change);
            _doubts.Add(node, change);
            if (node.Remote is { } told) Confirm(node, told);
            if (_bound.TryGetValue(change.Entry.Parent.Value, out var parent)) _doubts.Bound(change.Entry.Parent, parent);
        }

        _bound.Clear();
        // Told of already, while it is not known yet whose it is.
        if (!_doubts.IsEmpty)
            foreach (var node in _tentative.Nodes.ToArray())
                if (node.Remote is { Deleted: false } remote) Recognise(remote);
        foreach (var node in proposed)
        {
            node.Flags &= ~NodeFlags.Proposed;
            Enqueue(node);
            WakeWaiters(node);
        }
    }

    /// <summary>The host lives anew: what was tentative and did not become durable never was. Whoever still has it proposes it.</summary>
    /// <param name="kept">The last revision of the host's former life that did.</param>
    /// <param name="keptDisk">The host's disk still has what was found on it, or what came after.</param>
    public void DropTentative(Revision kept, bool keptDisk = false)
    {
        foreach (var (node, committed) in _tentative.Lose(kept))
        {
            node.Applied = null;
            if (Trees.Find(node.Id) != node) continue;
            if (keptDisk && node.Remote is { Deleted: false, ByHost: true } told) Former.Lost(node, told);
            Trees.SetRemote(node, committed);
            // Its id may be another's by now.
            if (committed is not null || node.Synced is not null) continue;
            var former = node.Id;
            Trees.MakeProvisional(node);
            Forgotten?.Invoke(former);
        }
    }

    /// <summary>The journal no longer remembers all deletions since this replica last followed it: it tells all that lives, and what it does not
    /// tell of has been deleted.</summary>
    public void ExpectAll() => _untold = [.. Trees.All.Where(n => n.IsRemote && n != Trees.Root)];

    /// <summary>The journal has been followed to its end: what was in doubt and is not in it never arrived, and what was to be told and was not is
    /// deleted there.</summary>
    public void CaughtUp()
    {
        if (_untold is { } untold)
        {
            _untold = null;
            var lives = new Dictionary<Node, bool>();
            foreach (var node in untold)
            {
                // Its id means nothing to the journal any more: what a user changed here since is new there.
                if (Survives(node, untold, lives)) Renew(node);
                else Trees.SetRemote(node, node.Remote! with { Deleted = true, PlaceRevision = Planner.Committed });
            }
        }

        var nodes = _doubts.Nodes.ToArray();
        _doubts.EndFollowing();
        foreach (var node in nodes)
        {
            Enqueue(node);
            WakeWaiters(node);
        }
    }

    private bool Survives(Node node, HashSet<Node> untold, Dictionary<Node, bool> known)
    {
        if (known.TryGetValue(node, out var survives)) return survives;
        // A tree has no cycles: what is asked for below never leads back here.
        survives = node.IsLocal && (!untold.Contains(node) || Comparer.Weighty(node.Base, node.Local) != 0);
        foreach (var child in Trees.LocalChildren(node))
        {
            if (survives) break;
            survives = Survives(child, untold, known);
        }

        known[node] = survives;
        return survives;
    }

    private void Renew(Node node)
    {
        var former = node.Id;
        node.Applied = null;
        Trees.SetSynced(node, null);
        Trees.SetRemote(node, null);
        Trees.MakeProvisional(node);
        Forgotten?.Invoke(former);
        Enqueue(node);
    }

    /// <summary>A former life of this replica was told of a node's remote state, which is tentative.</summary>
    /// <param name="node">The node, with that state.</param>
    /// <param name="committed">What was committed of it before; null: nothing.</param>
    public void RestoreTentative(Node node, Entry? committed) => _tentative.Restore(node, committed);

    /// <summary>A former life of this replica proposed a change, and ended before the answer came. To be called before there is a link.</summary>
    public void RestoreSent(SentChange sent)
    {
        if (sent.Change.Entry.Id.IsProvisional) Former.AddMade(sent.Path, sent.Change);
        else if (Trees.Find(sent.Change.Entry.Id) is { } node)
        {
            _doubts.Add(node, sent.Change);
            if (node.Remote is { } told) Confirm(node, told);
        }
    }

    /// <summary>Where the journal has what was proposed and not answered, that is what is shown here, and what a user goes on from.</summary>
    private void Confirm(Node node, Entry told)
    {
        var confirmed = _doubts.Confirmed(node, told);
        if (confirmed != 0) node.Applied = (node.Base ?? told with { Content = default, LinkTarget = null }).Take(confirmed, told);
    }

    /// <summary>Whoever was told of what was made here and lost has told of it in turn.</summary>
    public void ForgetMade()
    {
        Former.ForgetMade();
        Planner.Returned.Clear();
    }

    /// <summary>All that was proposed, by this life or the one before, and never answered.</summary>
    public IEnumerable<SentChange> Unanswered() =>
        _doubts.All.Where(d => !d.Value.Entry.Id.IsProvisional).Select(d => new SentChange("", d.Value)).Concat(Former.Made);

    /// <summary>What this replica proposed of a node, had no answer to, and has replaced since.</summary>
    public IReadOnlyList<ulong> PassedBy(Node node)
    {
        if (_doubts.Passed(node) is { IsNone: false } content) return [content.Prefix];
        if (Planner.IsOwnContent(node) && node.Remote!.Content is { IsNone: false } former && former != node.Local?.Content) return [former.Prefix];
        return Former.PassedBy(node);
    }

    /// <summary>A new entry that this replica made, and had no answer to: it did arrive, or somebody who was told of it has proposed it. On the host also one that its index
    /// does not tell of; where it was moved since, it may have been by a guest.</summary>
    private bool IsOwn(Node node, Entry entry)
    {
        if (node is not { Local: null, Base: null } || entry.Deleted) return false;
        if (entry.ByHost && entry.Revision <= Planner.OwnUpTo && entry.PlaceRevision <= entry.ContentRevision) return true;
        return Former.HasMade(node, entry);
    }

    /// <summary>What the journal says of a node is not durable there yet.</summary>
    public bool HasTentative(Node node) => _tentative.Has(node);

    /// <summary>The journal's view of a node that is committed: for persisting.</summary>
    public Entry? CommittedRemote(Node node) => _tentative.Committed(node);

    /// <summary>Wakes what waits for a node without one of its trees having changed.</summary>
    public void WakeWaiters(Node node)
    {
        if (!_waiters.Remove(node, out var waiting)) return;
        foreach (var waiter in waiting) Enqueue(waiter);
    }

    private void OnChanged(Node node)
    {
        node.Flags &= ~NodeFlags.Refused;
        Planner.Note(node);
        Enqueue(node);
        WakeWaiters(node);
        NodeChanged?.Invoke(node);
    }

    /// <summary>A node is planned again when another has changed, or is woken for.</summary>
    public void WaitFor(Node other, Node node)
    {
        if (!_waiters.TryGetValue(other, out var waiting)) _waiters.Add(other, waiting = []);
        // A node waits for one thing at a time; a stale place in another list only makes it plan once more.
        waiting.Add(node);
    }

    private void Settle(Node node, Facets facets)
    {
        var (remote, synced) = (node.Remote!, node.Synced);
        if (facets == Facets.All)
        {
            // All three agree: share one object.
            node.Applied = null;
            _doubts.Agreed(node);
            node.Local = node.Kind == EntryKind.Directory || node.Local!.MtimeNs == remote.MtimeNs ? remote : node.Local;
            Trees.SetSynced(node, remote);
            return;
        }

        var local = node.Local!;
        // What was placed from a revision that is committed by now, although superseded, was agreed for a while.
        if (node.Applied is { Deleted: false } applied)
        {
            if (applied.Revision <= Planner.Committed) synced = applied;
            node.Applied = applied.Take(facets, remote);
        }

        // Where there was no base, what differs has the base "nothing": revision zero, so that it conflicts or is taken over.
        // The same bytes under another mtime are no edit: the journal's mtime is taken over.
        var sameBytes = local.Content == remote.Content && local.LinkTarget == remote.LinkTarget;
        synced ??= remote with
        {
            Parent = local.Parent,
            Name = local.Name,
            Content = sameBytes ? local.Content : default,
            LinkTarget = sameBytes ? local.LinkTarget : null,
            Size = sameBytes ? local.Size : 0,
            MtimeNs = sameBytes ? local.MtimeNs : 0,
            Mode = (facets & Facets.Mode) != 0 ? remote.Mode : local.Mode,
            ContentRevision = default,
            ModeRevision = default,
            PlaceRevision = default,
        };
        Trees.SetSynced(node, synced.Take(facets, remote));
    }

    private void Forget(Node node)
    {
        if (node.Base is not null)
        {
            node.Applied = null;
            Trees.SetSynced(node, null);
            // What comes anew in a directory that was deleted here keeps it alive.
            if (node is { Local: null, IsRemote: true } && Trees.Find(node.Remote!.Parent) is { Local: null } parent) Enqueue(parent);
        }

        if (node is { Local: null, IsRemote: false } && !Trees.HasChildren(node) && !_doubts.Contains(node))
        {
            WakeWaiters(node);
            NodeChanged?.Invoke(node);
            _doubts.Settled(node);
            Former.Forget(node);
            Planner.Returned.Remove(node);
            Planner.Reverting.Remove(node);
            Trees.Drop(node);
        }
    }

    /// <summary>A new entry that this replica proposed before the link was lost: it did arrive.</summary>
    private void Recognise(Entry entry)
    {
        if (Trees.Find(entry.Id) is null && _doubts.FindCreated(Trees, entry) is { } created)
        {
            _doubts.Bound(created.Node.Id, entry.Id);
            Trees.Bind(created.Node, entry.Id);
            // As a conflict copy it has another name, which is to be taken over.
            created.Node.Applied = entry with { Name = created.Proposed.Name };
        }
        else if (_doubts.FindEdited(entry) is { } edited && edited.Node.Base is { Deleted: false } known)
        {
            _doubts.Settled(edited.Node);
            edited.Node.Applied = known.Take(Facets.Content, edited.Proposed with { ContentRevision = known.ContentRevision });
            Enqueue(edited.Node);
        }
    }

    private void BindTo(Node provisional, Node node)
    {
        Trees.Bind(provisional, node.Id);
        _doubts.Rebind(provisional, node);
        MoveWaiters(provisional, node);
        Rebound?.Invoke(provisional, node);
        Enqueue(node);
    }

    private void TakeOver(Node other, Node node)
    {
        var (local, stamp, form) = (other.Local!, other.Stamp, other.DiskForm);
        Trees.SetLocal(other, null);
        Trees.SetLocal(node, local with { Id = node.Id }, stamp, form?.Length);
    }

    /// <summary>What is ignored in it stays where it is, and so do the directories below that are kept for the same reason.</summary>
    private void Adopt(Node leftover, Node node)
    {
        var former = leftover.Id;
        foreach (var child in Trees.LocalChildren(leftover).ToArray())
        {
            if (child.Applied is { } applied && applied.Parent == former) child.Applied = applied with { Parent = node.Id };
            if (child.Synced is { } synced && synced.Parent == former) Trees.SetSynced(child, synced with { Parent = node.Id });
        }

        leftover.Flags &= ~NodeFlags.Held;
        leftover.Applied = null;
        Trees.SetSynced(leftover, null);
        Trees.SetRemote(leftover, null);
        Trees.MakeProvisional(leftover);
        Forgotten?.Invoke(former);
        BindTo(leftover, node);
        // Its mode and owner are the former one's, not an edit.
        Trees.SetSynced(node, node.Local);
    }

    private Node Rebind(Node provisional, EntryId id)
    {
        var node = Trees.Bind(provisional, id);
        if (node != provisional)
        {
            MoveWaiters(provisional, node);
            Rebound?.Invoke(provisional, node);
        }

        return node;
    }

    private void MoveWaiters(Node from, Node to)
    {
        Planner.Rebind(from, to);
        if (!_waiters.Remove(from, out var waiting)) return;
        foreach (var waiter in waiting) Enqueue(waiter);
        Enqueue(to);
    }

    private Entry MergeBase(Node node, Change sent, Revision? revision)
    {
        var wanted = sent.Entry;
        // Another move was first: what has lost is the place that it has here, not the one on the way there.
        if (revision is null && sent.ShownAs is { } shown) wanted = wanted with { Name = shown };
        var parent = wanted.Parent.IsProvisional && _bound.TryGetValue(wanted.Parent.Value, out var known) ? known : wanted.Parent;
        var merged = node.Synced ?? wanted with { PlaceRevision = default, ContentRevision = default, ModeRevision = default };
        merged = merged with { Id = node.Id, Deleted = false };
        var at = wanted with
        {
            Parent = parent,
            PlaceRevision = revision ?? merged.PlaceRevision,
            ContentRevision = revision ?? merged.ContentRevision,
            ModeRevision = revision ?? merged.ModeRevision,
        };
        return merged.Take(sent.Facets, at);
    }
}
