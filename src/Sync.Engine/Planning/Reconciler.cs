using Sync.Engine.Link;
using Sync.Engine.Model;
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
    private readonly Dictionary<Node, Entry?> _tentative = [];
    private readonly Queue<(Revision Revision, Node Node)> _tentativeOrder = new();
    private readonly Queue<Node> _deferredProposals = new();
    private readonly Queue<Node> _deferredEffects = new();
    private readonly Dictionary<long, EntryId> _bound = [];
    private readonly HashSet<Node> _held = [];

    public Reconciler(TreeSet trees, FacetComparer comparer)
    {
        Trees = trees;
        Comparer = comparer;
        Planner = new Planner(trees, comparer);
        trees.Changed = OnChanged;
    }

    public TreeSet Trees { get; }

    public FacetComparer Comparer { get; }

    public Planner Planner { get; }

    /// <summary>Nodes kept from what the journal says by the policy: local edits of a replica that only receives, refused changes.</summary>
    public IReadOnlyCollection<Node> Held => _held;

    /// <summary>Told of each node whose trees changed.</summary>
    public Action<Node>? NodeChanged { get; set; }

    /// <summary>Told when a provisional node has become another (its journal entry's), which now stands for it.</summary>
    public Action<Node, Node>? Rebound { get; set; }

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
            switch (step.Kind)
            {
                case StepKind.None: continue;
                case StepKind.Wait:
                    for (var other = step.Other; other is not null; other = step.Facets == Facets.Place ? Trees.LocalParent(other) : null) WaitFor(other, node);
                    continue;
                case StepKind.Hold: _held.Add(node); continue;
                case StepKind.Settle: Settle(node, step.Facets); continue;
                case StepKind.Forget: Forget(node); continue;
                case StepKind.Bind: BindTo(step.Other!, node); continue;
                case StepKind.Propose when !mayPropose: _deferredProposals.Enqueue(node); continue;
                case StepKind.Propose: return true;
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

    /// <summary>Puts steps back into the queue that could not be taken before.</summary>
    public void Release(bool proposals, bool effects)
    {
        while (proposals && _deferredProposals.TryDequeue(out var node)) Enqueue(node);
        while (effects && _deferredEffects.TryDequeue(out var node)) Enqueue(node);
    }

    /// <summary>New states from the journal, tentative until committed.</summary>
    public void Receive(Entry entry)
    {
        var node = Trees.GetOrAdd(entry.Id);
        if (node == Trees.Root || (node.Remote is { } known && known.Revision >= entry.Revision)) return;
        // An outcome tells of entries that are committed already.
        if (entry.Revision > Planner.Committed)
        {
            _tentative.TryAdd(node, node.Remote);
            _tentativeOrder.Enqueue((entry.Revision, node));
        }
        else _tentative.Remove(node);

        // One object for what is equal: two of three trees usually share it.
        Trees.SetRemote(node, entry);
        // What arrives in a directory that was deleted here keeps it alive.
        if (Trees.Find(entry.Parent) is { Local: null } parent) Enqueue(parent);
    }

    /// <summary>Everything up to a revision is durable on the host.</summary>
    public void Commit(Revision revision)
    {
        if (revision > Planner.Committed) Planner.Committed = revision;
        while (_tentativeOrder.TryPeek(out var next) && next.Revision <= revision)
        {
            _tentativeOrder.Dequeue();
            if (next.Node.Remote is { } remote && remote.Revision <= revision) _tentative.Remove(next.Node);
            Enqueue(next.Node);
            NodeChanged?.Invoke(next.Node);
        }
    }

    /// <summary>The host has dealt with a proposed change: the proposed state is the merge base now, see <see cref="Outcome"/>.</summary>
    public void Conclude(Node node, Change sent, Outcome outcome)
    {
        node.Flags &= ~(NodeFlags.Proposing | NodeFlags.Deleting);
        switch (outcome.Verdict)
        {
            case Verdict.Retry or Verdict.NeedContent:
                Enqueue(node);
                return;
            case Verdict.Refused:
                node.Flags |= NodeFlags.Refused;
                Enqueue(node);
                return;
        }

        if (node.Id.IsProvisional && !outcome.Id.IsProvisional && outcome.Id != EntryId.None)
        {
            if (Trees.Find(outcome.Id) is { IsLocal: true })
            {
                // Its namesake is on disk under another name: proposed again, as another.
                node.Flags |= NodeFlags.Distinct;
                Enqueue(node);
                return;
            }

            _bound[node.Id.Value] = outcome.Id;
            node = Rebind(node, outcome.Id);
            if (outcome.Entry is { } entry) Receive(entry);
        }

        node.Flags &= ~NodeFlags.Distinct;
        var accepted = outcome.Verdict == Verdict.Accepted;
        Trees.SetSynced(node, sent.Entry.Deleted ? null : MergeBase(node, sent, accepted ? outcome.Revision : null));
        WakeWaiters(node);
    }

    /// <summary>A node stands at a place of our own choosing, for a moment: that is no edit.</summary>
    public void SteppedAside(Node node)
    {
        if (node is { Synced: { } synced, Local: { } local }) Trees.SetSynced(node, synced with { Parent = local.Parent, Name = local.Name });
    }

    /// <summary>The link is gone: what was tentative may never have been, what was proposed is proposed again.</summary>
    public void LoseLink(IEnumerable<Node> proposed)
    {
        foreach (var (node, committed) in _tentative)
        {
            // What was placed and never became durable on the host is proposed by whoever still has it.
            node.Applied = null;
            if (Trees.Find(node.Id) == node) Trees.SetRemote(node, committed);
        }

        _tentative.Clear();
        _tentativeOrder.Clear();
        _bound.Clear();
        foreach (var node in proposed)
        {
            node.Flags &= ~(NodeFlags.Proposing | NodeFlags.Deleting);
            Enqueue(node);
            WakeWaiters(node);
        }
    }

    /// <summary>The journal's view of a node that is committed: for persisting.</summary>
    public Entry? CommittedRemote(Node node) => _tentative.TryGetValue(node, out var committed) ? committed : node.Remote;

    /// <summary>Wakes what waits for a node without one of its trees having changed.</summary>
    public void WakeWaiters(Node node)
    {
        if (!_waiters.Remove(node, out var waiting)) return;
        foreach (var waiter in waiting) Enqueue(waiter);
    }

    private void OnChanged(Node node)
    {
        node.Flags &= ~NodeFlags.Refused;
        Enqueue(node);
        WakeWaiters(node);
        NodeChanged?.Invoke(node);
    }

    private void WaitFor(Node other, Node node)
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
            node.Local = node.Kind == EntryKind.Directory || node.Local!.MtimeNs == remote.MtimeNs ? remote : node.Local;
            Trees.SetSynced(node, remote);
            return;
        }

        var local = node.Local!;
        // Where there was no base, what differs has the base "nothing": revision zero, so that it conflicts or is taken over.
        // The same bytes under another mtime are no edit: the journal's mtime is taken over.
        var sameBytes = local.Content == remote.Content && local.LinkTarget == remote.LinkTarget;
        synced ??= remote with
        {
            Parent = local.Parent, Name = local.Name,
            Content = sameBytes ? local.Content : default, LinkTarget = sameBytes ? local.LinkTarget : null,
            Size = sameBytes ? local.Size : 0, MtimeNs = sameBytes ? local.MtimeNs : 0,
            Mode = (facets & Facets.Mode) != 0 ? remote.Mode : local.Mode,
            ContentRevision = default, ModeRevision = default, PlaceRevision = default,
        };
        if ((facets & Facets.Place) != 0) synced = synced with { Parent = remote.Parent, Name = remote.Name, PlaceRevision = remote.PlaceRevision };
        if ((facets & Facets.Content) != 0)
            synced = synced with { Content = remote.Content, LinkTarget = remote.LinkTarget, Size = remote.Size, MtimeNs = remote.MtimeNs, ContentRevision = remote.ContentRevision };
        if ((facets & Facets.Mode) != 0) synced = synced with { Mode = remote.Mode, Owner = remote.Owner, ModeRevision = remote.ModeRevision };
        Trees.SetSynced(node, synced);
    }

    private void Forget(Node node)
    {
        if (node.Local is not null || !node.IsRemote) node.Applied = null;
        if (node.Synced is not null) Trees.SetSynced(node, null);
        if (node is { Local: null, IsRemote: false } && Trees.LocalChildCount(node) == 0)
        {
            WakeWaiters(node);
            NodeChanged?.Invoke(node);
            Trees.Drop(node);
        }
    }

    private void BindTo(Node provisional, Node node)
    {
        Trees.Bind(provisional, node.Id);
        MoveWaiters(provisional, node);
        Rebound?.Invoke(provisional, node);
        Enqueue(node);
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
        if (!_waiters.Remove(from, out var waiting)) return;
        foreach (var waiter in waiting) Enqueue(waiter);
        Enqueue(to);
    }

    private Entry MergeBase(Node node, Change sent, Revision? revision)
    {
        var wanted = sent.Entry;
        var parent = wanted.Parent.IsProvisional && _bound.TryGetValue(wanted.Parent.Value, out var known) ? known : wanted.Parent;
        var merged = node.Synced ?? wanted with { PlaceRevision = default, ContentRevision = default, ModeRevision = default };
        merged = merged with { Id = node.Id, Deleted = false };
        if ((sent.Facets & Facets.Place) != 0)
            merged = merged with { Parent = parent, Name = wanted.Name, PlaceRevision = revision ?? merged.PlaceRevision };
        if ((sent.Facets & Facets.Content) != 0)
        {
            merged = merged with
            {
                Content = wanted.Content, LinkTarget = wanted.LinkTarget, Size = wanted.Size, MtimeNs = wanted.MtimeNs,
                ContentRevision = revision ?? merged.ContentRevision,
            };
        }

        if ((sent.Facets & Facets.Mode) != 0) merged = merged with { Mode = wanted.Mode, Owner = wanted.Owner, ModeRevision = revision ?? merged.ModeRevision };
        return merged;
    }
}
