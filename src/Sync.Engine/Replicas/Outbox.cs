using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.LineEnds;
using Sync.Engine.Link;
using Sync.Engine.Machines;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Scanning;
using Sync.Engine.Store;
using Sync.Engine.Transfer;
using Sync.Engine.Trees;

namespace Sync.Engine.Replicas;

/// <summary>
/// Words planned proposals as changes, sees to it that the host has or gets their contents, sends them in order, and takes the outcomes.
/// Lives on the control loop.
/// </summary>
internal sealed class Outbox(ReplicaContext context, bool isHost)
{
    private const int MaxChanges = 1000;
    private const long MaxInline = 1 << 20;

    /// <summary>Proposals under way: enough to keep the link busy, few enough to bound memory.</summary>
    private const int MaxOpen = 8;

    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(100);

    /// <summary>A host that could not take a content will not in a moment either.</summary>
    private static readonly TimeSpan RetryFailed = TimeSpan.FromSeconds(5);

    private readonly Dictionary<long, Dictionary<long, (Node Node, SentChange Sent)>> _open = [];
    private readonly List<(Node Node, Change Change)> _ready = [];
    /// <summary>What is under way; of new entries with the path where they stood when it began: they may be gone before it is sent.</summary>
    private readonly Dictionary<Node, string> _inFlight = [];
    private readonly HashSet<ContentId> _needed = [];
    private readonly HashSet<ContentId> _uploaded = [];

    /// <summary>Contents under way, each with all that wait for it: equal files made together travel once.</summary>
    private readonly Dictionary<ContentId, List<(Node Node, Change Change)>> _uploading = [];

    private long _nextId = context.Machine.NextFirstNumber();
    private long _readyInline;

    /// <summary>Sends a message on the link; null while there is none.</summary>
    public Action<GuestMessage>? Send { get; set; }

    /// <summary>Uploads a content, and calls back with whether the host has it now, or why not.</summary>
    public Action<Node, Entry, ContentId, Action<TransferStatus, string?>>? Upload { get; set; }

    /// <summary>Told of changes before they are sent.</summary>
    public Action<IEnumerable<SentChange>>? Sending { get; set; }

    /// <summary>Told of each change whose outcome has come.</summary>
    public Action<SentChange>? Answered { get; set; }

    /// <summary>Changes that were sent and have no outcome.</summary>
    public IEnumerable<SentChange> Open => _open.Values.SelectMany(open => open.Values).Select(o => o.Sent);

    /// <summary>Nodes whose content the host cannot take now, listed among the problems: not waited for, and tried again.</summary>
    public HashSet<Node> Stuck { get; } = [];

    /// <summary>Everything is proposed without bytes at first. A host that only receives tells nobody what its directory has: a guest that joins with
    /// much of the same would send it again.</summary>
    public bool AsksFirst { get; set; }

    /// <summary>Whether small contents come along with the host's changes. Not with its first look's: a guest that waits for its end gets them together then, and had them twice
    /// (up to a third of the kernel's tree).</summary>
    public Func<bool> BringsAlong { get; init; } = static () => true;

    public bool HasRoom => Send is not null && _open.Count < MaxOpen;

    public bool IsIdle => _inFlight.Count == 0;

    public int InFlight => _inFlight.Count;

    public void Queue(Node node, Step step)
    {
        node.Flags |= NodeFlags.Proposing | (node.Local is null ? NodeFlags.Deleting : 0);
        _inFlight[node] = node.Id.IsProvisional ? context.Trees.DisplayPath(node) : "";
        context.Reconciler.WakeWaiters(node);
        var change = ProposalBuilder.Build(context.Trees, node, step, context.NowNs) with { Passed = context.Reconciler.PassedBy(node), IsHearsay = context.Reconciler.Former.IsHearsay(node) };
        if (node.Local is not { Kind: EntryKind.File } local || !step.Facets.HasFlag(Facets.Content))
        {
            Ready(node, change);
            return;
        }

        // Touched, or a copy of another: nobody who follows lacks the bytes.
        if (!_needed.Contains(local.Content) && ((!isHost && _uploaded.Contains(local.Content)) || HostHas(node, local.Content))) Ready(node, change);
        else if (isHost && !BringsAlong()) Ready(node, change);
        else if (context.Small.Find(local.Content) is { } bytes && bytes.Length <= SmallContents.MaxLength) Ready(node, change with { Inline = bytes });
        else if (isHost) Ready(node, change);
        else if (local.Size == 0) Ready(node, change with { Inline = ReadOnlyMemory<byte>.Empty });
        else if (local.Size <= SmallContents.MaxLength) ReadSmall(node, change, local);
        else StartUpload(node, change, local);
    }

    /// <summary>The host has it if another entry has it, agreed, or had it lately. It says so if it has not.</summary>
    private bool HostHas(Node node, ContentId content) =>
        AsksFirst || context.Trees.Overwritten.Contains(content) ||
        (node.Remote is { Deleted: false } same && same.Content == content) || context.Trees.Contents.Find(content, node) is { Remote: { Deleted: false } remote, Synced: not null } && remote.Content == content;

    private void ReadSmall(Node node, Change change, Entry local)
    {
        var path = context.LiveCopies.Find(local.Content) ?? context.Trees.LocalPath(node);
        var lines = node.IsConverted ? LineChoice.Lf : default;
        context.Io.Run(() =>
        {
            var reading = FileReading.Of(context.Files, path, context.Stopping, keepsBytes: true, lines: lines);
            context.Loop.Post(() =>
            {
                if (!_inFlight.ContainsKey(node)) return;
                if (reading is { Changed: false, Manifest: { } manifest, Bytes: { } bytes } && manifest.Id == local.Content) Ready(node, change with { Inline = bytes });
                else Abandon(node);
            });
        });
    }

    private void StartUpload(Node node, Change change, Entry local)
    {
        if (Upload is null)
        {
            Abandon(node);
            return;
        }

        if (_uploading.TryGetValue(local.Content, out var sharing))
        {
            sharing.Add((node, change));
            return;
        }

        var upload = _uploading[local.Content] = [(node, change)];
        Upload(node, local, node.Synced?.Content ?? default, (status, detail) =>
        {
            if (!_uploading.TryGetValue(local.Content, out var current) || current != upload) return;
            _uploading.Remove(local.Content);
            if (status == TransferStatus.Complete)
            {
                _needed.Remove(local.Content);
                _uploaded.Add(local.Content);
            }

            foreach (var (waiting, itsChange) in upload.Where(u => _inFlight.ContainsKey(u.Node)))
            {
                if (status == TransferStatus.Complete) Ready(waiting, itsChange);
                else if (status == TransferStatus.Failed) Report(waiting, detail);
                else Abandon(waiting);
            }
        });
    }

    /// <summary>The host's disk is full, or broken: told with the path, until the next try.</summary>
    private void Report(Node node, string? detail)
    {
        var path = context.Trees.DisplayPath(node);
        Stuck.Add(node);
        context.Problems.Set(path, ProblemCodes.Unavailable, $"The host could not take its content ({detail ?? "its disk could not be written"}) Free some space on the host's disk; it is tried again.");
        context.After(RetryFailed, () =>
        {
            Stuck.Remove(node);
            context.Problems.Clear(path, ProblemCodes.Unavailable);
        });
        Abandon(node, RetryFailed);
    }

    private void Ready(Node node, Change change)
    {
        _ready.Add((node, change));
        if (change.Entry.Deleted || change.Facets.HasFlag(Facets.Place))
        {
            node.Flags |= NodeFlags.Leaving;
            context.Reconciler.WakeWaiters(node);
        }

        _readyInline += change.Inline?.Length ?? 0;
        if (_ready.Count >= MaxChanges || _readyInline >= MaxInline) Flush();
    }

    /// <summary>Not sent after all: planned again in a while.</summary>
    private void Abandon(Node node) => Abandon(node, RetryAfter);

    private void Abandon(Node node, TimeSpan pause)
    {
        _inFlight.Remove(node);
        context.After(pause, () =>
        {
            node.Flags &= ~NodeFlags.Proposed;
            context.Reconciler.Enqueue(node.Current);
            context.Reconciler.WakeWaiters(node);
        });
    }

    /// <summary>Sends what is ready.</summary>
    public void Flush()
    {
        if (_ready.Count == 0 || Send is null) return;
        var id = _nextId++;
        var open = new Dictionary<long, (Node, SentChange Sent)>(_ready.Count);
        var changes = new List<Change>(_ready.Count);
        foreach (var (node, change) in _ready)
        {
            // The bytes need not be kept: a later proposal reads them again.
            open[change.Entry.Id.Value] = (node, new SentChange(_inFlight.GetValueOrDefault(node, ""), change with { Inline = null }));
            changes.Add(change);
            if (!isHost && change.Inline is { } bytes) Interlocked.Add(ref context.BytesSent, bytes.Length);
        }

        Sending?.Invoke(open.Values.Select(o => o.Sent));
        _ready.Clear();
        _readyInline = 0;
        _open.Add(id, open);
        Send(new GuestMessage.Propose(new Proposal(id, changes)));
    }

    public void Take(HostMessage.Outcomes outcomes)
    {
        if (!_open.TryGetValue(outcomes.ProposalId, out var open)) return;
        foreach (var outcome in outcomes.Items)
        {
            if (!open.Remove(outcome.ProposedId.Value, out var sent)) continue;
            _inFlight.Remove(sent.Node);
            Answered?.Invoke(sent.Sent);
            var node = sent.Node.Current;
            if (context.Trees.Find(node.Id) != node) continue;
            var change = sent.Sent.Change;
            if (outcome.Verdict == Verdict.NeedContent)
            {
                _needed.Add(change.Entry.Content);
                _uploaded.Remove(change.Entry.Content);
            }

            if (outcome.Verdict is Verdict.Retry)
            {
                context.After(RetryAfter, () => context.Reconciler.Conclude(node.Current, change, outcome));
                continue;
            }

            if (outcome.Verdict == Verdict.Refused)
                context.Problems.Set(context.Trees.DisplayPath(node), ProblemCodes.Refused, $"The host refused the change: {outcome.Detail ?? "no reason given"}.");
            context.Reconciler.Conclude(node, change, outcome);
        }

        if (open.Count == 0) _open.Remove(outcomes.ProposalId);
    }

    /// <summary>Gives memory back. What was uploaded is in the trees by now.</summary>
    public void Trim()
    {
        if (!IsIdle) return;
        _uploaded.Clear();
        _uploaded.TrimExcess();
        _needed.TrimExcess();
        _inFlight.TrimExcess();
        _ready.TrimExcess();
        _uploading.TrimExcess();
    }

    /// <summary>The link is gone; returns what was under way, and those changes that had been sent.</summary>
    public (List<Node> Nodes, List<(Node Node, SentChange Change)> Sent) LoseLink()
    {
        Send = null;
        Upload = null;
        var nodes = _inFlight.Keys.Select(n => n.Current).ToList();
        var sent = _open.Values.SelectMany(open => open.Values).Select(o => (o.Node.Current, o.Sent)).ToList();
        _inFlight.Clear();
        _open.Clear();
        _ready.Clear();
        _uploaded.Clear();
        _uploading.Clear();
        _readyInline = 0;
        return (nodes, sent);
    }

    /// <summary>A node is another now.</summary>
    public void Rebind(Node from, Node to)
    {
        if (_inFlight.Remove(from, out var path)) _inFlight[to] = path;
    }
}
