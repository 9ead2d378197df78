using Sync.Engine.Files;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Store;
using Sync.Engine.Trees;

namespace Sync.Engine.Tests.Planning;

/// <summary>A replica whose disk is its local tree.</summary>
internal sealed class MemoryReplica
{
    private readonly World _world;
    private readonly List<(Node Node, SentChange Sent)> _proposed = [];
    private readonly HashSet<Node> _inFlight = [];
    private ulong _nextKey = 100;

    public MemoryReplica(string name, bool isHost, World world)
    {
        Name = name;
        _world = world;
        IsHost = isHost;
        _epoch = world.Epoch;
        Proposer = new Proposer(name, isHost);
        Reconciler = new Reconciler(new TreeSet(EntryId.Root), new FacetComparer()) { ReplicaName = name };
        // Not every file system can exchange two names.
        Reconciler.Planner.CanExchange = name != "guest1";
        Reconciler.Rebound = (from, to) =>
        {
            _world.Log.Add($"{Name} binds {World.Show(from.Local ?? to.Local)} to {to} L {World.Show(to.Local)} R {World.Show(to.Remote)}");
            for (var i = 0; i < _proposed.Count; i++)
                if (_proposed[i].Node == from) _proposed[i] = (to, _proposed[i].Sent);
        };
    }

    public string Name { get; }

    public bool IsHost { get; }

    public Proposer Proposer { get; private set; }

    public Reconciler Reconciler { get; }

    public TreeSet Trees => Reconciler.Trees;

    public bool Online { get; private set; } = true;

    public Queue<Message> Inbox { get; } = new();

    public bool HasWork => Online && (Inbox.Count > 0 || _dirty || _proposed.Count > 0);

    private bool _dirty;

    private ulong _epoch;
    private bool _catchingUp;

    /// <summary>Entries, tentative until committed; a commit; or the outcomes of a proposal.</summary>
    public sealed record Message(List<Entry> Entries, Revision? Committed = null, List<Outcome>? Outcomes = null);

    /// <summary>New entries it proposed, which it is told with their outcomes.</summary>
    public HashSet<long> Withheld { get; } = [];

    /// <summary>Outcomes that wait for their commit.</summary>
    public Queue<(Revision After, List<Outcome> Outcomes)> Pending { get; } = new();

    public IEnumerable<string> Lines() =>
        Trees.All.Where(n => n.IsLocal && n != Trees.Root).Select(n => $"{Trees.LocalPath(n)} {n.Kind} {n.Local!.Content} {(n.Kind == EntryKind.File ? n.Local.MtimeNs : 0)} {n.Local.Mode}").Order(StringComparer.Ordinal);

    public void GoOffline()
    {
        if (!Online) return;
        Online = false;
        Inbox.Clear();
        Pending.Clear();
        Withheld.Clear();
        var sent = _sent.SelectMany(s => s).ToList();
        _world.Log.Add($"{Name} loses the link with {_inFlight.Count} in flight, {sent.Count} sent");
        _proposed.Clear();
        _sent.Clear();
        Reconciler.LoseLink(_inFlight.ToList(), sent);
        _inFlight.Clear();
    }

    public void GoOnline()
    {
        if (Online) return;
        Online = true;
        _world.Log.Add($"{Name} has a link from {Reconciler.Planner.Committed}");
        Proposer = new Proposer(Name, IsHost);
        Inbox.Clear();
        if (_epoch != _world.Epoch) Reconciler.DropTentative(_world.Kept, _world.KeepsDisk && !IsHost);
        _epoch = _world.Epoch;
        _catchingUp = true;
        var after = Reconciler.Planner.Committed;
        if (after < _world.Forgotten)
        {
            Reconciler.ExpectAll();
            after = Revision.Zero;
        }

        Inbox.Enqueue(new(_world.Catchup(after)));
        Inbox.Enqueue(new([], _world.Committed));
        Reconciler.Release(true, true);
        _dirty = true;
    }

    /// <summary>One unit of work: a message, some steps, or sending what is proposed.</summary>
    public void Work()
    {
        if (!Online) return;
        if (Inbox.Count > 0 && _world.Next(2) == 0)
        {
            Handle(Inbox.Dequeue());
            return;
        }

        var budget = 1 + _world.Next(6);
        _dirty = true;
        while (budget-- > 0)
        {
            if (!Reconciler.TryNext(!_catchingUp, true, out var node, out var step))
            {
                _dirty = false;
                break;
            }

            Take(node, step);
        }

        if (_proposed.Count > 0 && (!_dirty || _world.Next(3) == 0)) Send();
        else if (!_dirty && Inbox.Count > 0) Handle(Inbox.Dequeue());
    }

    private void Send()
    {
        var changes = _proposed.Select(p => p.Sent.Change).ToList();
        _sent.Enqueue([.. _proposed]);
        _proposed.Clear();
        _world.Decide(this, changes);
    }

    private readonly Queue<List<(Node Node, SentChange Sent)>> _sent = new();

    private void Handle(Message message)
    {
        foreach (var entry in message.Entries) Reconciler.Receive(entry);
        if (message.Committed is { } committed)
        {
            Reconciler.Commit(committed);
            if (_catchingUp) Reconciler.CaughtUp();
            _catchingUp = false;
            Reconciler.Release(true, true);
        }

        if (message.Outcomes is not null)
        {
            var sent = _sent.Dequeue();
            for (var i = 0; i < message.Outcomes.Count; i++)
            {
                _inFlight.Remove(sent[i].Node);
                _world.Log.Add($"{Name} is told {message.Outcomes[i].Verdict} {message.Outcomes[i].Id} of {sent[i].Node} {sent[i].Sent.Change.Facets}");
                var node = sent[i].Node.Current;
                if (Trees.Find(node.Id) == node) Reconciler.Conclude(node, sent[i].Sent.Change, message.Outcomes[i]);
            }
        }

        _dirty = true;
    }

    private void Take(Node node, Step step)
    {
        _world.Log.Add($"{Name} {step.Kind} {step.Facets} {World.Show(node.Local ?? node.Remote)} {(step.Other is { } o ? "over " + World.Show(o.Local) : "")} S {World.Show(node.Synced)} A {World.Show(node.Applied)}");
        var remote = node.Remote;
        var before = node.Base;
        switch (step.Kind)
        {
            case StepKind.Propose:
                node.Flags |= NodeFlags.Proposing | (node.Local is null ? NodeFlags.Deleting : 0) | (step.Facets.HasFlag(Facets.Place) ? NodeFlags.Leaving : 0);
                _inFlight.Add(node);
                if (node.Local is { Kind: EntryKind.File } wanted && (step.Facets & Facets.Content) != 0 && _world.Replaced.Contains(wanted.Content)) _world.ProposedLate.Add(wanted.Content);
                var change = ProposalBuilder.Build(Trees, node, step, 0) with { Passed = Reconciler.PassedBy(node), IsHearsay = Reconciler.Former.IsHearsay(node) };
                _proposed.Add((node, new SentChange(node.Id.IsProvisional ? Trees.LocalPath(node) : "", change)));
                Reconciler.WakeWaiters(node);
                break;
            case StepKind.Create:
                if (step.Other is { } displaced) Displace(displaced);
                Trees.SetLocal(node, remote, Stamp());
                break;
            case StepKind.Move:
                if (step.Other is { } inTheWay) Displace(inTheWay);
                Trees.SetLocal(node, node.Local! with { Parent = remote!.Parent, Name = remote.Name }, node.Stamp);
                break;
            case StepKind.Exchange:
                var (a, b, key) = (node.Local!, step.Other!.Local!, node.Stamp);
                Trees.SetLocal(node, b with { Id = a.Id, Kind = a.Kind, Content = a.Content, Mode = a.Mode, Size = a.Size, MtimeNs = a.MtimeNs, LinkTarget = a.LinkTarget, Name = b.Name + "\u0001tmp" }, key);
                Trees.SetLocal(step.Other, b with { Parent = a.Parent, Name = a.Name }, step.Other.Stamp);
                Trees.SetLocal(node, node.Local! with { Name = b.Name }, key);
                break;
            case StepKind.StepAside:
                Trees.SetLocal(node, node.Local! with { Parent = step.Other!.Id, Name = ProposalBuilder.Aside(Trees, node, step.Other) }, node.Stamp);
                break;
            case StepKind.Update:
                _world.Versions.Add(node.Local!.Content);
                Trees.SetLocal(node, node.Local with { Content = remote!.Content, MtimeNs = remote.MtimeNs, Size = remote.Size, Mode = (step.Facets & Facets.Mode) != 0 ? remote.Mode : node.Local.Mode }, Stamp());
                break;
            case StepKind.SetMeta:
                var meta = node.Local! with { MtimeNs = (step.Facets & Facets.Content) != 0 ? remote!.MtimeNs : node.Local.MtimeNs };
                Trees.SetLocal(node, (step.Facets & Facets.Mode) != 0 ? meta with { Mode = remote!.Mode } : meta, node.Stamp);
                break;
            case StepKind.Remove:
                Displace(node);
                break;
            default:
                throw new InvalidOperationException($"{step.Kind}");
        }

        if (step.Kind != StepKind.Propose) Reconciler.Placed(node, step, remote!, before);
    }

    private void Displace(Node node)
    {
        if (Trees.LocalChildCount(node) > 0) throw new InvalidOperationException($"{node} has children.");
        if (node.Kind == EntryKind.File) _world.Versions.Add(node.Local!.Content);
        RemoveLocal(node);
    }

    private void RemoveLocal(Node node)
    {
        Trees.SetLocal(node, null);
    }

    private FileStamp Stamp() => new(_nextKey++, 0, 0, 0);

    /// <summary>A user does something here.</summary>
    public void Edit()
    {
        _dirty = true;
        var nodes = Trees.All.Where(n => n.IsLocal && n != Trees.Root).OrderBy(n => Trees.LocalPath(n), StringComparer.Ordinal).ToList();
        var directories = nodes.Where(n => n.Kind == EntryKind.Directory).Append(Trees.Root).ToList();
        var action = _world.Next(10);
        var any = nodes.Count > 0 ? nodes[_world.Next(nodes.Count)] : null;
        switch (action)
        {
            case 0 or 1 or 2 when Free(directories[_world.Next(directories.Count)], out var parent, out var name):
                var created = Trees.AddProvisional();
                var kind = _world.Next(3) == 0 ? EntryKind.Directory : EntryKind.File;
                var content = kind == EntryKind.File ? _world.NewContent() : default;
                if (kind == EntryKind.File) _world.Precious.Add(content);
                Trees.SetLocal(created, new Entry { Id = created.Id, Parent = parent.Id, Name = name, Kind = kind, Content = content, Mode = 0x1A4 }, Stamp());
                _world.Log.Add($"{Name} USER creates {World.Show(created.Local)}");
                break;
            case 3 or 4 or 5 when any is { Kind: EntryKind.File }:
                _world.Precious.Remove(any.Local!.Content);
                _world.Replaced.Add(any.Local!.Content);
                var bytes = _world.NewContent();
                _world.Precious.Add(bytes);
                Trees.SetLocal(any, any.Local with { Content = bytes }, any.Stamp);
                _world.Log.Add($"{Name} USER edits {World.Show(any.Local)}");
                break;
            case 6 when any is not null:
                _world.Log.Add($"{Name} USER deletes {World.Show(any.Local)}");
                DeleteTree(any);
                break;
            case 7 or 8 when any is not null && Free(directories[_world.Next(directories.Count)], out var target, out var newName) && !Trees.IsLocallyWithin(target, any):
                Trees.SetLocal(any, any.Local! with { Parent = target.Id, Name = newName }, any.Stamp);
                _world.Log.Add($"{Name} USER moves {World.Show(any.Local)}");
                break;
            case 9 when any is { Kind: EntryKind.File } && _world.Next(2) == 0:
                Trees.SetLocal(any, any.Local! with { MtimeNs = 1 + _world.Next(1000) }, any.Stamp);
                break;
            case 9 when any is not null:
                Trees.SetLocal(any, any.Local! with { Mode = (uint)_world.Next(8) }, any.Stamp);
                break;
        }
    }

    private bool Free(Node directory, out Node parent, out string name)
    {
        parent = directory;
        name = ((char)('a' + _world.Next(5))).ToString();
        return Trees.LocalChild(directory, name) is null;
    }

    private void DeleteTree(Node node)
    {
        foreach (var child in Trees.LocalChildren(node).ToList()) DeleteTree(child);
        if (node.Kind == EntryKind.File) _world.Precious.Remove(node.Local!.Content);
        if (node.Id.IsProvisional && node.Remote is null && !node.Has(NodeFlags.Proposing))
        {
            RemoveLocal(node);
            return;
        }

        RemoveLocal(node);
    }
}
