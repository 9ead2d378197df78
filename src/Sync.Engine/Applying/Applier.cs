using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Names;
using Sync.Engine.Placing;
using Sync.Engine.Planning;
using Sync.Engine.Scanning;
using Sync.Engine.Transfer;
using Sync.Engine.Trees;
using Sync.Engine.Versions;

namespace Sync.Engine.Applying;

/// <summary>
/// Turns planned steps into placements: finds the bytes (at hand, in staging, in another file of the share, in the version store, else from
/// the link), has them placed in order, and tells the trees what stands on disk then. Lives on the control loop; the placer runs on a worker.
/// </summary>
internal sealed class Applier(
    ReplicaContext context, Observer observer, Placer placer, VersionStore versions, StagedContents staged, StuckEntries stuck, HeldDirectories held, LateWrites lateWrites)
{
    /// <summary>Placements handed to the worker at once: bounds how long a first small file waits for the rest of its group.</summary>
    private const int BatchLength = 512;

    /// <summary>After this many tries in some two seconds a name is taken to be occupied for good.</summary>
    private const int MaxRaces = 20;

    /// <summary>Tries of the host to have a content from its own disk before it asks its guests.</summary>
    private const int HostAttempts = 3;

    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    private readonly Queue<Placement> _ready = new();
    private readonly Dictionary<Node, int> _attempts = [];

    /// <summary>Contents that were not where the trees have them: asked for, until they have been placed.</summary>
    private readonly HashSet<ContentId> _notHere = [];

    private readonly HashSet<Node> _made = [];
    private readonly List<Node> _strictModes = [];
    private readonly Dictionary<Placement, List<Node>> _opening = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Node, int> _opened = [];
    private readonly HashSet<Node> _own = [];

    /// <summary>Directories that are about to have another place: what is below them waits, for its path would lead elsewhere by then.</summary>
    private readonly HashSet<Node> _moving = [];
    private readonly Dictionary<ContentId, byte[]> _arrived = [];

    /// <summary>Contents that are being put in place, with the nodes that want them too: when they stand, they are copied on this disk.</summary>
    private readonly Dictionary<ContentId, List<Node>> _onTheWay = [];
    private bool _running;

    /// <summary>Called for a content that is not on this replica; the node is planned again when it has come.</summary>
    public Action<Node, Entry>? Fetch { get; set; }

    /// <summary>Whether there is somebody to ask for contents. If not, they are here, or will be in a moment.</summary>
    public bool CanFetch { get; init; }

    /// <summary>Paths placed since the last durable point; null when there were too many to name.</summary>
    public List<string>? Unsynced { get; private set; } = [];

    /// <summary>Nothing is being placed or waits to be.</summary>
    public bool IsIdle => !_running && _ready.Count == 0;

    public long Placed { get; private set; }

    private TreeSet Trees => context.Trees;

    /// <summary>Bytes of contents in memory that are not in place yet.</summary>
    public long HeldBytes { get; private set; }

    /// <summary>Small bytes from the link, to be used once.</summary>
    public void Arrive(ContentId content, byte[] bytes)
    {
        if (_arrived.TryAdd(content, bytes)) HeldBytes += bytes.Length;
    }

    public List<string>? TakeUnsynced()
    {
        var list = Unsynced;
        Unsynced = [];
        return list;
    }

    /// <summary>Takes up a step of the planner.</summary>
    /// <param name="node">Whose.</param>
    /// <param name="step">The step.</param>
    /// <param name="reason">Why what stands there goes to the version store; null: as the step says.</param>
    public void Queue(Node node, Step step, string? reason = null)
    {
        if (MovingAbove(node, step) is { } moving)
        {
            context.Reconciler.WaitFor(moving, node);
            return;
        }

        if (Build(node, step) is not { } placement) return;
        var closed = Closed(node, step);
        if (closed.Count > 0)
        {
            placement = placement with { Closed = [.. closed.Select(Trees.LocalPath)] };
            _opening.Add(placement, closed);
            foreach (var directory in closed)
            {
                _opened[directory] = _opened.GetValueOrDefault(directory) + 1;
                directory.Flags |= NodeFlags.Applying;
                Touch(directory);
            }
        }

        if (context.Reconciler.Planner.Reverting.Contains(node)) reason ??= "reverted";
        if (reason is not null) placement.Reason = reason;
        _own.Add(node);
        node.Flags |= NodeFlags.Applying;
        Touch(node);
        if (step.Other is { } other && step.Kind != StepKind.StepAside)
        {
            _own.Add(other);
            other.Flags |= NodeFlags.Applying;
            Touch(other);
        }

        if (step.Kind is StepKind.Move or StepKind.StepAside or StepKind.Exchange)
        {
            _moving.Add(node);
            if (step is { Kind: StepKind.Exchange, Other: { } exchanged }) _moving.Add(exchanged);
        }

        if (step.Kind is StepKind.Create or StepKind.Move or StepKind.StepAside && Trees.Find(placement.Entry.Parent) is { } parent)
            context.Arrivals.Begin(node, parent, placement.Entry.Name);
        HeldBytes += placement.HeldBytes;
        _ready.Enqueue(placement);
    }

    /// <summary>A directory above one of the places of a step that is about to have another place itself.</summary>
    private Node? MovingAbove(Node node, Step step)
    {
        if (_moving.Count == 0) return null;
        ReadOnlySpan<Node?> within =
        [
            node.IsLocal ? Trees.LocalParent(node) : null,
            step.Kind is StepKind.Create or StepKind.Move ? Trees.Find(node.Remote!.Parent) : null,
            step.Kind == StepKind.StepAside ? step.Other : step.Other is { IsLocal: true } other ? Trees.LocalParent(other) : null,
        ];
        foreach (var directory in within)
            for (var at = directory; at is not null && at != Trees.Root; at = Trees.LocalParent(at))
                if (_moving.Contains(at)) return at;
        return null;
    }

    /// <summary>Directories that a step changes the names in, or that move to another, and whose owner may not do so by their modes.</summary>
    private List<Node> Closed(Node node, Step step)
    {
        Node?[] touched = step.Kind switch
        {
            StepKind.Create => [Trees.Find(node.Remote!.Parent)],
            StepKind.Move => [Trees.LocalParent(node), Trees.Find(node.Remote!.Parent), node],
            StepKind.StepAside => [Trees.LocalParent(node), step.Other, node],
            StepKind.Exchange => [Trees.LocalParent(node), Trees.LocalParent(step.Other!), node, step.Other],
            StepKind.Update or StepKind.Remove => [Trees.LocalParent(node)],
            _ => [],
        };
        var closed = new List<Node>();
        // Those that are placed themselves are at work anyway; the others have to be marked so, or the opening would be seen as an edit.
        foreach (var directory in touched)
        {
            if (directory is { Kind: EntryKind.Directory, Local: { } local } && directory != Trees.Root && (local.Mode & (directory.Remote?.Mode ?? 0xC0) & 0xC0) != 0xC0 && !closed.Contains(directory))
                closed.Add(directory);
        }

        return closed;
    }

    /// <summary>What was opened for a placement is closed again; the last one frees the directory.</summary>
    private void Close(Placement p)
    {
        if (!_opening.Remove(p, out var closed)) return;
        foreach (var directory in closed.Where(_opened.ContainsKey))
        {
            if (--_opened[directory] > 0) continue;
            _opened.Remove(directory);
            Release(directory);
            context.Reconciler.Enqueue(directory.Current);
            context.Reconciler.WakeWaiters(directory);
        }
    }

    private Placement? Build(Node node, Step step)
    {
        var remote = node.Remote;
        var source = node.IsLocal ? Trees.LocalPath(node) : "";
        switch (step.Kind)
        {
            case StepKind.Create or StepKind.Move:
                var target = SharePath.Join(Trees.LocalPath(Trees.Find(remote!.Parent)!), remote.Name);
                var placement = new Placement(node, step)
                {
                    Entry = remote, Source = source, Target = target, Expected = node.Stamp,
                    OtherKind = step.Other?.Kind ?? default, OtherExpected = step.Other?.Stamp ?? default, DisplacedContent = step.Other?.Local?.Content ?? default, Reason = "deleted",
                    NameFault = context.Files.Traits.Names.Check(target),
                };
                return placement.NameFault != NameFault.None || step.Kind == StepKind.Move || remote.Kind != EntryKind.File || Supply(placement, remote) ? placement : null;
            case StepKind.Update:
                var entry = remote! with { Mode = (step.Facets & Facets.Mode) != 0 ? remote.Mode : node.Local!.Mode };
                var update = new Placement(node, step) { Entry = entry, Source = source, Target = source, Expected = node.Stamp, DisplacedContent = node.Local!.Content };
                return entry.Kind != EntryKind.File || Supply(update, entry) ? update : null;
            case StepKind.Exchange:
                return new Placement(node, step)
                {
                    Entry = remote!, Source = source, Target = Trees.LocalPath(step.Other!), Expected = node.Stamp, OtherKind = step.Other!.Kind, OtherExpected = step.Other.Stamp,
                };
            case StepKind.StepAside:
                var aside = node.Local! with { Parent = step.Other!.Id, Name = ProposalBuilder.Aside(Trees, node, step.Other) };
                return new Placement(node, step) { Entry = aside, Source = source, Target = SharePath.Join(Trees.LocalPath(step.Other), aside.Name), Expected = node.Stamp };
            case StepKind.SetMeta:
                // A directory that its owner may not write to is made so when it is filled.
                if (node.Kind == EntryKind.Directory && (remote!.Mode & 0x80) == 0 && (_ready.Count > 0 || _running) && !_strictModes.Contains(node))
                {
                    _strictModes.Add(node);
                    return null;
                }

                return new Placement(node, step) { Entry = remote!, Source = source, Target = source, Expected = node.Stamp };
            default:
                return new Placement(node, step) { Entry = node.Local!, Source = source, Target = source, Expected = node.Stamp, DisplacedContent = node.Local!.Content, Reason = "deleted" };
        }
    }

    private bool Supply(Placement placement, Entry entry)
    {
        var content = entry.Content;
        if (entry.Size == 0) placement.Supply = ContentSupply.Of([]);
        else if (staged.Find(content) is { } path)
        {
            staged.Remove(content);
            placement.HoldsContent = _onTheWay.TryAdd(content, []);
            placement.Supply = ContentSupply.Staged(path);
        }
        else if (_arrived.Remove(content, out var bytes))
        {
            HeldBytes -= bytes.Length;
            placement.HoldsContent = _onTheWay.TryAdd(content, []);
            placement.Supply = ContentSupply.Of(bytes);
        }
        else if ((bytes = context.Small.Find(content)) is not null) placement.Supply = ContentSupply.Of(bytes);
        else if (!_notHere.Contains(content) && Trees.Contents.Find(content) is { } twin) placement.Supply = ContentSupply.Local(Trees.LocalPath(twin));
        else if (!_notHere.Contains(content) && versions.FindContent(content) is { Kind: EntryKind.File } version) placement.Supply = ContentSupply.Local(VersionStore.PathOf(version.Id));
        else if (_onTheWay.TryGetValue(content, out var waiting))
        {
            waiting.Add(placement.Node);
            return false;
        }
        else
        {
            // The host's own disk may have it again by the next time.
            if (!CanFetch) _notHere.Remove(content);
            Fetch?.Invoke(placement.Node, entry);
            return false;
        }

        return true;
    }

    /// <summary>Hands what is ready to the worker, if it is free.</summary>
    public void EndTurn()
    {
        if (_running) return;
        if (_ready.Count == 0)
        {
            Finish();
            return;
        }

        var batch = new List<Placement>(Math.Min(_ready.Count, BatchLength));
        while (batch.Count < BatchLength && _ready.TryDequeue(out var placement)) batch.Add(placement);
        _running = true;
        var makes = batch.Exists(static p => p is { Step.Kind: StepKind.Create, Entry.Kind: EntryKind.Directory });
        if (makes) context.Arrivals.BeginMaking();
        context.Apply.Run(() =>
        {
            foreach (var p in batch.Where(static p => p.NameFault != NameFault.None)) (p.Outcome, p.Error) = (PlacementOutcome.Failed, FsError.BadName);
            // Below the least free space nothing more is written: deletions and renames go on.
            if (context.Files.Space(out var free, out var total) == FsError.None && free < Math.Min(context.Policy.MinFreeBytes, total / 20))
            {
                foreach (var p in batch.Where(p => p.Step.Kind is StepKind.Create or StepKind.Update && p.Entry.Kind == EntryKind.File && p.Outcome == PlacementOutcome.Pending))
                    (p.Outcome, p.Error) = (PlacementOutcome.Failed, FsError.NoSpace);
            }

            try
            {
                placer.Run(batch);
            }
            finally
            {
                context.Loop.Post(() =>
                {
                    _running = false;
                    foreach (var placement in batch) Conclude(placement);
                    if (makes) observer.EndMaking();
                });
            }
        });
    }

    /// <summary>All is placed for now: directories get their strict modes and their mtimes.</summary>
    private void Finish()
    {
        if (_strictModes.Count > 0)
        {
            foreach (var node in _strictModes.ToArray()) context.Reconciler.Enqueue(node.Current);
            context.Loop.Post(_strictModes.Clear);
        }

        // What came for a node that was placed from elsewhere meanwhile. (45 MB after the kernel tree's first sync.)
        foreach (var bytes in _arrived.Values) HeldBytes -= bytes.Length;
        _arrived.Clear();
        SetTimes(IsFilled);
    }

    /// <summary>Moves what an earlier life has left to the version store, before anything is placed; now, or when the disk can.</summary>
    public void Keep(string path, string original, FileStat stat, string reason) => context.Apply.Run(() =>
    {
        // The journal may have it, and what was displaced a moment before a power loss is nowhere else: it is found by its content.
        var content = stat.Kind == EntryKind.File && FileReading.Of(context.Files, path, context.Stopping) is { Error: FsError.None, Changed: false, Manifest: { } manifest } ? manifest.Id : default;
        placer.Leftovers.Keep(path, original, stat, reason, content);
    });

    /// <inheritdoc cref="Placing.Leftovers"/>
    public Leftovers Leftovers => placer.Leftovers;

    /// <summary>Once more, what a failing disk has left in staging.</summary>
    public void TryLeftoversAgain() => context.Apply.Run(placer.Leftovers.TryAgain);

    /// <summary>Gives memory back: work is over for now.</summary>
    public void Trim()
    {
        _ready.TrimExcess();
        _arrived.TrimExcess();
        _made.TrimExcess();
        _own.TrimExcess();
        _moving.TrimExcess();
        _notHere.TrimExcess();
        _onTheWay.TrimExcess();
        _opening.TrimExcess();
        _opened.TrimExcess();
        _attempts.TrimExcess();
        staged.Trim();
    }

    /// <summary>All that is to come has come.</summary>
    public void SetTimes() => SetTimes(static _ => true);

    /// <summary>What is put into a directory changes its mtime: large files may come long after the rest.</summary>
    private bool IsFilled(Node directory) => Trees.RemoteChildren(directory).All(static child => child.IsLocal && !child.Has(NodeFlags.Applying));

    private void SetTimes(Func<Node, bool> isDue)
    {
        if (_made.Count == 0) return;
        var due = _made.Where(n => isDue(n.Current)).ToArray();
        if (due.Length == 0) return;
        _made.ExceptWith(due);
        var set = due.Select(n => n.Current).Where(n => n is { IsLocal: true, IsRemote: true }).Select(n => (Path: Trees.LocalPath(n), n.Remote!.MtimeNs)).ToArray();
        context.Apply.Run(() =>
        {
            // Deepest first: it changes nothing above. Once, and never compared: a failure is of no account.
            foreach (var (path, mtime) in set.OrderByDescending(s => s.Path.Length)) _ = context.Files.SetMtime(path, mtime);
        });
    }

    private void Conclude(Placement p)
    {
        var node = p.Node;
        HeldBytes -= p.HeldBytes;
        _own.Remove(node);
        _moving.Remove(node);
        Release(node);
        // The host has lost meanwhile what it was made for: it is something new here, if it was made.
        var isForgotten = Trees.Find(node.Id) != node;
        // What stands there instead may have been seen, and been taken for ours.
        if (context.Arrivals.End(node) is { } place && (p.Outcome != PlacementOutcome.Done || isForgotten) && place.Directory.Current.IsLocal) observer.LookAt(place.Directory.Current, place.Name);
        if (p.Step.Other is { } other && p.Step.Kind != StepKind.StepAside)
        {
            _own.Remove(other);
            _moving.Remove(other);
            Release(other);
        }

        Close(p);
        GiveBack(p);
        if (p.Lingering is { } lingering) lateWrites.Linger(lingering);
        // RACE: nothing was found at its place because it, or its directory, had moved on meanwhile: what moved with it is still there.
        if (p is { Outcome: PlacementOutcome.Done, Step.Kind: StepKind.Remove } && (Trees.LocalPath(node) != p.Source || Trees.LocalChildCount(node) > 0)) p.Outcome = PlacementOutcome.Raced;
        // RACE: directories were swapped meanwhile, and it went by its path into another than the trees know by that name. Looks will tell where all stand.
        if (p.Outcome == PlacementOutcome.Done && !isForgotten && ((p.Step.Kind is StepKind.Update or StepKind.SetMeta && !node.IsLocal) || IsInItself(p) || IsElsewhere(p))) p.Outcome = PlacementOutcome.Raced;
        if (p.Outcome == PlacementOutcome.Done)
        {
            Placed++;
            _notHere.Remove(p.Entry.Content);
            _attempts.Remove(node);
            stuck.Free(node);
            if (p is { Step.Kind: StepKind.Create or StepKind.Update, Entry.Kind: EntryKind.File }) context.Landings?.Add(p.Entry.Revision);
            if (Unsynced is { Count: < 16 }) Unsynced.Add(p.Target);
            else Unsynced = null;
            if (!isForgotten) Settle(p);
            else if (p.Step is { Kind: StepKind.Create, Other: { } displaced }) TakeAway(displaced);
        }
        else if (!isForgotten) Retry(p);

        // What waits for these nodes may go on. A node that failed is planned again when its time has come, or when a look changes it.
        if (p.Outcome == PlacementOutcome.Done) context.Reconciler.Enqueue(node);
        context.Reconciler.WakeWaiters(node);
        if (p.Step.Other is { } o)
        {
            // Planned at once it would try the same exchange again before a look has told what stands in its way, and keep that look from counting.
            if (p.Outcome == PlacementOutcome.Done || p.Step.Kind != StepKind.Exchange) context.Reconciler.Enqueue(o);
            context.Reconciler.WakeWaiters(o);
        }
    }

    /// <summary>Who waited for the same content goes on; what was not placed can be had again.</summary>
    private void GiveBack(Placement p)
    {
        if (p.KeptSupply is { } kept)
        {
            staged.Add(p.Entry.Content, kept);
            if (p.Node.Current.Remote is not { Deleted: false } now || now.Content != p.Entry.Content) staged.NoteReplaced(p.Entry.Content, () => p.Target);
        }

        if (!p.HoldsContent || !_onTheWay.Remove(p.Entry.Content, out var waiting)) return;
        if (p.Outcome != PlacementOutcome.Done && p.Supply.Bytes is { } bytes) Arrive(p.Entry.Content, bytes);
        foreach (var node in waiting) context.Reconciler.Enqueue(node.Current);
    }

    /// <summary>What was made beside stands at its place now.</summary>
    /// <param name="node">Whose; nothing of it was here.</param>
    /// <param name="entry">The journal's state that it was made for.</param>
    /// <param name="stat">What stands there.</param>
    public void Adopt(Node node, Entry entry, FileStat stat)
    {
        var before = node.Base;
        Trees.SetLocal(node, Observed(entry, stat), LinkStamp(entry, stat.Stamp));
        if (entry.Kind == EntryKind.Directory) _made.Add(node);
        Placed++;
        Unsynced = null;
        context.Reconciler.Placed(node, new Step(StepKind.Create), entry, before);
    }

    private void Touch(Node node) => node.PlacedAt = ++context.PlacementClock;

    /// <summary>Nothing is done to it any more; what was seen of it meanwhile is looked at.</summary>
    public void Release(Node node)
    {
        Touch(node);
        if (_own.Contains(node) || _opened.ContainsKey(node)) return;
        node.Flags &= ~NodeFlags.Applying;
        if (!node.Has(NodeFlags.LookAgain)) return;
        node.Flags &= ~NodeFlags.LookAgain;
        context.Loop.Post(() => observer.LookAgain(node));
    }

    private void Settle(Placement p)
    {
        var (node, entry, stamp) = (p.Node, p.Entry, p.Result.Stamp);
        var before = node.Base;
        var (was, otherWas) = (node.Local, p.Step.Other?.Local);
        Node?[] moved = p.Step.Kind is StepKind.Move or StepKind.StepAside or StepKind.Exchange ? [node, p.Step.Kind == StepKind.Exchange ? p.Step.Other : null] : [];
        var rules = moved.Where(m => m is { IsLocal: true, Kind: EntryKind.Directory }).Select(m => (Directory: m!, Before: observer.RulesAbove(m!))).ToList();
        // RACE: something was read at the name and got its place in the tree while this was under way, and had gone again: nothing was replaced.
        if (p.Step.Kind is StepKind.Create or StepKind.Move or StepKind.StepAside && Trees.Find(entry.Parent) is { } at
            && Trees.LocalChild(at, entry.Name) is { } former && former != node && former != p.Step.Other) observer.Gone(former);
        Place(p, node, entry, stamp);
        if (p.Step.Kind != StepKind.SetMeta)
            foreach (var named in (Entry?[])[was, otherWas, node.Local]) TellRules(named);
        foreach (var (directory, above) in rules) observer.DirectoryPlaced(directory, above);
        context.Reconciler.Placed(node, p.Step, entry, before);
    }

    /// <summary>Whether a directory would be settled in itself, as the trees are now.</summary>
    private bool IsInItself(Placement p) => p.Step.Kind switch
    {
        StepKind.Move or StepKind.StepAside => IsWithin(p.Entry.Parent, p.Node),
        StepKind.Exchange when p.Step.Other is { Local: { } other } => IsWithin(other.Parent, p.Node) || IsWithin(p.Node.Local!.Parent, p.Step.Other),
        _ => false,
    };

    /// <summary>Whether something was put by its path into another directory than the trees know there; where that cannot be known: whether that directory has another path by now. Taken for placed, it would be
    /// missed at the first look, and deleted elsewhere.</summary>
    private bool IsElsewhere(Placement p) => Trees.Find(p.Entry.Parent) is { IsLocal: true } parent
        && (p.DirectoryKey != 0 && parent.FileKey != 0 ? parent.FileKey != p.DirectoryKey : p.Step.Kind == StepKind.Create && SharePath.Join(Trees.LocalPath(parent), p.Entry.Name) != p.Target);

    private bool IsWithin(EntryId directory, Node node) => Trees.Find(directory) is { } at && Trees.IsLocallyWithin(at, node);

    /// <summary>It has gone from its place, for what was put there.</summary>
    private void TakeAway(Node node)
    {
        // RACE: what was in it had gone a moment before, perhaps to another place, and no look has told of that yet.
        if (Trees.LocalChildCount(node) > 0) observer.Gone(node);
        else Trees.SetLocal(node, null);
    }

    private void Place(Placement p, Node node, Entry entry, FileStamp stamp)
    {
        switch (p.Step.Kind)
        {
            case StepKind.Create:
                if (p.Step.Other is { } displaced) TakeAway(displaced);
                Trees.SetLocal(node, Observed(entry, p.Result), LinkStamp(entry, stamp), p.DiskLength ?? entry.Size);
                if (entry.Kind == EntryKind.Directory)
                {
                    _made.Add(node);
                    observer.Watch(node);
                }

                break;
            case StepKind.Update:
                Trees.SetLocal(node, Observed(entry, p.Result) with { Parent = node.Local!.Parent, Name = node.Local.Name }, LinkStamp(entry, stamp), p.DiskLength ?? entry.Size);
                break;
            case StepKind.Move or StepKind.StepAside:
                if (p.Step is { Kind: StepKind.Move, Other: { } inTheWay }) TakeAway(inTheWay);
                Trees.SetLocal(node, node.Local! with { Parent = entry.Parent, Name = entry.Name }, LinkStamp(entry, stamp));
                break;
            case StepKind.Exchange:
                var (a, b, key) = (node.Local!, p.Step.Other!.Local!, node.Stamp);
                Trees.SetLocal(node, a with { Name = a.Name + "\u0001" }, key);
                Trees.SetLocal(p.Step.Other, b with { Parent = a.Parent, Name = a.Name }, p.Step.Other.Stamp);
                Trees.SetLocal(node, a with { Parent = b.Parent, Name = b.Name }, LinkStamp(entry, stamp));
                observer.LookAt(Trees.Find(a.Parent)!, a.Name);
                break;
            case StepKind.SetMeta:
                Trees.SetLocal(node, node.Local! with { MtimeNs = p.Step.Facets.HasFlag(Facets.Content) ? p.Result.Stamp.MtimeNs : node.Local.MtimeNs, Mode = node.Kind == EntryKind.Symlink ? node.Local.Mode : p.Result.Mode, Owner = context.Policy.Ownership ? p.Result.Owner : null }, LinkStamp(entry, stamp));
                break;
            case StepKind.Remove:
                Trees.SetLocal(node, null);
                break;
        }
    }

    /// <summary>Other ignore rules may hold now.</summary>
    private void TellRules(Entry? entry)
    {
        if (entry is not null && Trees.Find(entry.Parent) is { IsLocal: true } directory) observer.NamePlaced(directory, entry.Name);
    }

    private Entry Observed(Entry entry, FileStat stat)
    {
        var mode = entry.Kind == EntryKind.Symlink ? entry.Mode : stat.Mode;
        ulong? owner = context.Policy.Ownership ? stat.Owner : null;
        return entry.Mode == mode && (entry.Kind == EntryKind.Directory || entry.MtimeNs == stat.Stamp.MtimeNs) && entry.Owner == owner
            ? entry
            : entry with { Mode = mode, Owner = owner, MtimeNs = entry.Kind == EntryKind.Directory ? entry.MtimeNs : stat.Stamp.MtimeNs };
    }

    /// <summary>A link's size is its target's length on disk, and no size at all in the trees.</summary>
    private static FileStamp LinkStamp(Entry entry, FileStamp stamp) => entry.Kind == EntryKind.Symlink ? stamp with { Size = 0 } : stamp;

    /// <summary>The name of another entry that stands in the way because this file system takes both names for the same; null if it is not that.</summary>
    private string? Namesake(Placement p)
    {
        if (p.OccupantKey == 0 || Trees.Find(p.Entry.Parent) is not { } parent) return null;
        var there = Trees.LocalChildren(parent).FirstOrDefault(child => child != p.Node && child.FileKey == p.OccupantKey);
        return there?.Local is { } local && !string.Equals(local.Name, p.Entry.Name, StringComparison.Ordinal) ? local.Name : null;
    }

    private void Retry(Placement p)
    {
        var node = p.Node;
        var attempts = _attempts[node] = _attempts.GetValueOrDefault(node) + 1;
        switch (p.Outcome)
        {
            case PlacementOutcome.NoContent:
                if (p.Supply.LocalPath is { } from) observer.LookAt(from);
                // Files that change names hand their bytes on: what stood there a moment ago is in the version store now, or under another name. The host asks its guests when
                // that has been seen, or a version is not whole (it was kept a moment before power was lost).
                if (attempts > (CanFetch ? 1 : HostAttempts)) _notHere.Add(p.Entry.Content);
                if (CanFetch) context.Reconciler.Enqueue(node);
                else stuck.Hold(node, Soon * Math.Min(attempts, MaxRaces));

                return;
            case PlacementOutcome.Raced:
                if (Namesake(p) is { } namesake)
                {
                    _attempts.Remove(node);
                    stuck.Set(p, ProblemCodes.Unmaterialised, context.Files.Traits.Names.Explain(NameRules.Clash(p.Entry.Name, namesake), namesake));
                    return;
                }

                context.Log.LogRaced(context.Share, p.Target);
                observer.LookAt(p.Target);
                if (p.Source != p.Target && p.Source.Length > 0) observer.LookAt(p.Source);
                if (attempts > MaxRaces)
                {
                    stuck.Set(p, ProblemCodes.Unmaterialised, "Something that is not synced stands at this name, or it changes without a rest. Move it away; it is tried again.");
                    return;
                }

                stuck.Hold(node, Soon * attempts / 5);
                if (p.Step is { Kind: StepKind.Exchange, Other: { } other }) stuck.Hold(other, Soon * attempts / 5);
                return;
            case PlacementOutcome.NotEmpty:
                held.LookInto(node);
                return;
            case PlacementOutcome.VersionsFull:
                stuck.Set(p, ProblemCodes.NoSpace, "The version store is full of what is younger than a day, so nothing is replaced here. Raise version-percent, or free space.");
                return;
            default:
                context.Log.LogNotPlaced(context.Share, p.Target, p.Error.ToString());
                var code = p.Error == FsError.NoSpace ? ProblemCodes.NoSpace : ProblemCodes.Unmaterialised;
                stuck.Set(p, code, p.Error switch
                {
                    FsError.NoSpace => "The disk is full, or has less free than the share's min-free. Free some space; it is tried again.",
                    FsError.Unsupported or FsError.Denied when p.Entry.Kind == EntryKind.Symlink && !context.Files.Traits.HasSymlinks => "This file system has no symbolic links. It stays on the other replicas.",
                    FsError.Denied => "Permission denied. Mend the permissions of its directory; it is tried again.",
                    FsError.ReadOnly => "The file system is read-only; it is tried again.",
                    FsError.BadName when p.NameFault != NameFault.None => context.Files.Traits.Names.Explain(p.NameFault),
                    FsError.NameTooLong => "The name or path is too long for this file system.",
                    FsError.BadName => "This file system cannot represent the name.",
                    FsError.Invalid => "This file system refuses it, most likely for its name. It stays on the other replicas, and is tried again.",
                    _ => $"It could not be put in place ({p.Error.InWords()}); it is tried again.",
                });
                return;
        }
    }
}
