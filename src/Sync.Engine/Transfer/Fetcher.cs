using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Transfer;

/// <summary>
/// Gets contents from the host: asks in the order in which they are wanted, keeps a bounded amount under way, and hands on what has come.
/// Lives on the control loop; a task of its own feeds the receiver.
/// </summary>
internal sealed class Fetcher(ReplicaContext context, Action<ContentId, ReceivedContent> arrived)
{
    /// <summary>Small contents under way: enough for the link's delay, few enough to hold in memory.</summary>
    private const long SmallWindow = 16 << 20;
    private const int SmallCount = 4096;

    /// <summary>Frames whose contents are handed to the loop together.</summary>
    private const int GroupSize = 64;
    private const int LargeCount = 3;

    /// <summary>Beside them, of what the host is still reading.</summary>
    private const int GrowingCount = 2;
    private static readonly TimeSpan RetryFull = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromMilliseconds(250);

    private readonly Queue<(Node Node, Entry Entry)> _small = new();
    private readonly Queue<(Node Node, Entry Entry)> _large = new();
    private readonly Dictionary<ContentId, (long Id, List<Node> Nodes, long Size, bool Patched)> _open = [];
    private readonly Dictionary<long, ContentId> _byId = [];
    private readonly HashSet<ContentId> _wanted = [];

    /// <summary>Transfers of what the host is reading, by its token; and the tokens by transfer.</summary>
    private readonly Dictionary<long, long> _growing = [];
    private readonly Dictionary<long, long> _tokens = [];
    private readonly HashSet<ContentId> _noBasis = [];
    private ChannelWriter<(ContentRequest Request, string? Patched)>? _requests;
    private ContentReceiver? _receiver;
    private bool _takesPatches;
    private long _nextId = 1;
    private long _smallBytes;
    private int _smallOpen;
    private int _largeOpen;
    private long _arrived;

    /// <summary>Of long contents that are under way, how many bytes are here. Safe from any thread.</summary>
    public long Arrived => Interlocked.Read(ref _arrived);

    public bool IsIdle => _open.Count == 0 && _small.Count == 0 && _large.Count == 0;

    /// <summary>Content ids that were asked for in vain for a while.</summary>
    public Dictionary<ContentId, int> Failures { get; } = [];

    public void Want(Node node, Entry entry)
    {
        if (_open.TryGetValue(entry.Content, out var open))
        {
            open.Nodes.Add(node);
            return;
        }

        if (!_wanted.Add(entry.Content))
        {
            // Another entry wants the same bytes: it is planned again when they have come.
            if (!_twins.TryGetValue(entry.Content, out var twins)) _twins.Add(entry.Content, twins = []);
            twins.Add(node);
            return;
        }

        (entry.Size <= SmallContents.MaxLength ? _small : _large).Enqueue((node, entry));
        Ask();
    }

    private readonly Dictionary<ContentId, HashSet<Node>> _twins = [];

    /// <summary>Whether small contents that have come are put in place as fast as they come: where not, no more are asked for until they are.</summary>
    public Func<bool> HasRoom { get; init; } = static () => true;

    /// <summary>Told of an entry that cannot be had for now: the code and the text of its problem.</summary>
    public Action<Node, string, string>? Stuck { get; set; }

    /// <summary>The host reads what has become of a long file, or has read it: asks for it, unless there is enough to do; and whoever wants it waits for that.</summary>
    public void Grow(HostMessage.Growing growing)
    {
        if (growing.Length <= SmallContents.MaxLength) return;
        if (growing.HasEnded)
        {
            if (!_growing.TryGetValue(growing.Token, out var id) || growing.Content.IsNone || _open.ContainsKey(growing.Content) || !_byId.TryAdd(id, growing.Content)) return;
            _open.Add(growing.Content, (id, [], growing.Length, false));
            return;
        }

        if (_requests is null || _growing.Count >= GrowingCount || _large.Count > 0 || _growing.ContainsKey(growing.Token)) return;
        // Without the basis all of it would come; asked for in the usual way it comes against what is here.
        var basis = growing.Basis;
        if (!basis.IsNone && context.Trees.Contents.Find(basis) is not { IsConverted: false }) return;
        var asked = _nextId++;
        _growing.Add(growing.Token, asked);
        _tokens.Add(asked, growing.Token);
        _requests.TryWrite((new ContentRequest(asked, EntryId.Root, default, basis, 0) { TakesDeltas = true, Growing = growing.Token }, null));
    }

    /// <summary>A link is up: streams downloads over it until it ends.</summary>
    /// <param name="link">The link.</param>
    /// <param name="receiver">Takes what comes.</param>
    /// <param name="broke">Called when the stream has ended before the link.</param>
    /// <param name="cancel">The link has ended.</param>
    public void Start(IHostLink link, ContentReceiver receiver, Func<Task> broke, CancellationToken cancel)
    {
        var requests = Channel.CreateUnbounded<(ContentRequest, string?)>(new UnboundedChannelOptions { SingleReader = true });
        _requests = requests.Writer;
        _receiver = receiver;
        _takesPatches = link.TakesPatches;
        _ = Task.Run(() => PumpAsync(link, receiver, requests.Reader, broke, cancel), CancellationToken.None);
        Ask();
    }

    /// <summary>The link is gone: what was wanted is planned again.</summary>
    public void Stop()
    {
        _requests?.TryComplete();
        _requests = null;
        _receiver = null;
        var nodes = _open.Values.SelectMany(o => o.Nodes).Concat(_small.Select(s => s.Node)).Concat(_large.Select(l => l.Node)).Concat(_twins.Values.SelectMany(t => t)).ToList();
        _open.Clear();
        _byId.Clear();
        _small.Clear();
        _large.Clear();
        _wanted.Clear();
        _twins.Clear();
        _growing.Clear();
        _tokens.Clear();
        _smallBytes = 0;
        _smallOpen = _largeOpen = 0;
        foreach (var node in nodes) context.Reconciler.Enqueue(node.Current);
    }

    /// <summary>Gives memory back: work is over for now.</summary>
    public void Trim()
    {
        _open.TrimExcess();
        _byId.TrimExcess();
        _small.TrimExcess();
        _large.TrimExcess();
        _wanted.TrimExcess();
        _noBasis.TrimExcess();
        _growing.TrimExcess();
        _tokens.TrimExcess();
        _twins.TrimExcess();
        Failures.TrimExcess();
    }

    private async Task PumpAsync(IHostLink link, ContentReceiver receiver, ChannelReader<(ContentRequest Request, string? Patched)> requests, Func<Task> broke, CancellationToken cancel)
    {
        try
        {
            using (receiver)
            {
                await foreach (var group in link.Download(RequestsAsync(receiver, requests, cancel), cancel).InGroups(GroupSize, cancel).ConfigureAwait(false))
                {
                    var complete = new List<(ReceivedContent Received, long? Free)>();
                    foreach (var frame in group)
                    {
                        context.CountReceived(LengthOf(frame));
                        if (await receiver.TakeAsync(frame, cancel).ConfigureAwait(false) is not { } received) continue;
                        complete.Add((received, received.Status == TransferStatus.Failed && context.Files.Space(out var left, out _) == Files.FsError.None ? left : null));
                    }

                    Interlocked.Exchange(ref _arrived, receiver.Arrived);
                    if (complete.Count == 0) continue;
                    context.Loop.Post(() =>
                    {
                        foreach (var (received, free) in complete) Take(receiver, received, free);
                    });
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or LinkException or ChannelClosedException)
        {
            // The control stream tells why the link ended, and starts the next.
        }
        catch (Exception e)
        {
            context.Log.LogDefect(e, context.Share);
        }

        Interlocked.Exchange(ref _arrived, 0);
        if (!cancel.IsCancellationRequested) await broke().ConfigureAwait(false);
    }

    /// <summary>The requests, with the sums of what is to be patched: its file is read here, off the loop.</summary>
    private async IAsyncEnumerable<ContentRequest> RequestsAsync(
        ContentReceiver receiver, ChannelReader<(ContentRequest Request, string? Patched)> requests, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var (request, patched) in requests.ReadAllAsync(cancel).ConfigureAwait(false))
        {
            if (patched is not null) await receiver.Bases.RoomAsync(cancel).ConfigureAwait(false);
            yield return patched is null ? request : request with { Sums = receiver.Bases.Read(request.Id, context.Files, patched) };
        }
    }

    /// <summary>The content bytes in a frame.</summary>
    public static long LengthOf(ContentFrame frame) => frame switch
    {
        ContentFrame.Data data => data.Bytes.Length,
        ContentFrame.Delta delta => delta.Steps.Length + delta.Literals.Length,
        ContentFrame.Whole whole => whole.Bytes.Length,
        ContentFrame.Patched patched => patched.Steps.Length + patched.Literals.Length,
        ContentFrame.Start start => start.Manifest.Length,
        _ => 0,
    };

    /// <summary>Asks for as many as may be under way.</summary>
    public void Ask()
    {
        if (_requests is null) return;
        while (_small.Count > 0 && _smallOpen < SmallCount && _smallBytes < SmallWindow && HasRoom()) Ask(_small.Dequeue());
        while (_large.Count > 0 && _largeOpen < LargeCount) Ask(_large.Dequeue());
    }

    private void Ask((Node Node, Entry Entry) want)
    {
        var (node, entry) = want;
        node = node.Current;
        _wanted.Remove(entry.Content);
        // What is being put in place by now, or is brought together with much else, is not to come twice: it is planned again if it does not get there.
        if (node.Remote is not { Deleted: false } remote || remote.Content != entry.Content || _open.ContainsKey(entry.Content) || node.Has(NodeFlags.Applying))
        {
            context.Reconciler.Enqueue(node);
            if (_twins.Remove(entry.Content, out var twins))
                foreach (var twin in twins) context.Reconciler.Enqueue(twin.Current);
            return;
        }

        var id = _nextId++;
        var noBasis = _noBasis.Contains(entry.Content);
        var isSmall = entry.Size <= SmallContents.MaxLength;
        // What has other bytes on disk than its content is no basis.
        var basis = !isSmall && !noBasis && !node.IsConverted ? (node.Local?.Content ?? default) : default;
        var patched = isSmall && !noBasis && _takesPatches && entry.Size >= PatchSums.WorthwhileLength && node is { IsLocal: true, IsConverted: false }
            && node.Local is { Kind: EntryKind.File, Size: >= PatchSums.WorthwhileLength and <= PatchSums.MaxLength } ? context.Trees.LocalPath(node) : null;
        _open.Add(entry.Content, (id, [node], entry.Size, patched is not null));
        _byId.Add(id, entry.Content);
        if (isSmall)
        {
            _smallBytes += entry.Size;
            _smallOpen++;
        }
        else _largeOpen++;

        _requests!.TryWrite((new ContentRequest(id, entry.Id, entry.Content, basis, isSmall ? 0 : _receiver!.ResumeOffset(entry.Content)) { TakesDeltas = true }, patched));
    }

    private void Take(ContentReceiver from, ReceivedContent received, long? free)
    {
        if (from != _receiver) return;
        if (_tokens.Remove(received.Id, out var token))
        {
            _growing.Remove(token);
            if (!_byId.ContainsKey(received.Id))
            {
                // What it is nobody has asked for yet: it is there when somebody does, or is swept.
                if (received.Status == TransferStatus.Complete) arrived(received.Content, received);
                Ask();
                return;
            }
        }

        if (!_byId.Remove(received.Id, out var content) || !_open.Remove(content, out var open)) return;
        if (open.Size <= SmallContents.MaxLength)
        {
            _smallBytes -= open.Size;
            _smallOpen--;
        }
        else if (token == 0) _largeOpen--;

        // Another content than the one asked for, however valid in itself, is none. A patch may make one by chance.
        if (received.Status == TransferStatus.Complete && received.Content != content)
            received = received with { Status = open.Patched ? TransferStatus.NoBasis : TransferStatus.Corrupt };
        if (received.Status == TransferStatus.Complete)
        {
            Failures.Remove(content);
            _noBasis.Remove(content);
            arrived(content, received);
            foreach (var node in open.Nodes) context.Reconciler.Enqueue(node.Current);
        }
        else
        {
            if (received.Status == TransferStatus.NoBasis) _noBasis.Add(content);
            // Asked for in the usual way it may well come.
            else if (token == 0) Failures[content] = Failures.GetValueOrDefault(content) + 1;
            var isFull = free < open.Size;
            var wait = received.Status == TransferStatus.NoBasis || token != 0 ? TimeSpan.Zero : isFull ? RetryFull : RetryAfter;
            context.After(wait, () =>
            {
                foreach (var node in open.Nodes) context.Reconciler.Enqueue(node.Current);
            });
            foreach (var node in open.Nodes)
            {
                if (isFull) Stuck?.Invoke(node.Current, ProblemCodes.NoSpace, "The disk has less free than the file needs. Free some space; it is tried again.");
                else if (Failures.GetValueOrDefault(content) > 8)
                    Stuck?.Invoke(node.Current, ProblemCodes.Unavailable, $"Its content could not be had from the host ({received.Detail ?? received.Status.ToString()}); it is asked for again.");
            }
        }

        if (_twins.Remove(content, out var waiting))
            foreach (var node in waiting) context.Reconciler.Enqueue(node.Current);

        Ask();
    }
}
