using System.Collections.Concurrent;
using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Engine.Transfer;

/// <summary>Sends large contents to the host and tells how each ended: long ones one after another, perhaps while they are still being read, and beside them the others. Started with each link.</summary>
internal sealed class UploadQueue
{
    /// <summary>From this length on the host is asked first what it has from an interrupted upload: one round trip.</summary>
    private const long WorthAsking = 4 << 20;

    private readonly Channel<(ContentRequest Request, long Size)> _short = Channel.CreateUnbounded<(ContentRequest, long)>();
    private readonly Channel<(ContentRequest Request, long Size)> _long = Channel.CreateUnbounded<(ContentRequest, long)>();
    private readonly ConcurrentDictionary<long, (Entry Entry, ContentId Basis, Action<TransferStatus, string?> Done)> _open = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource<long>> _asked = new();
    private readonly ReplicaContext _context;
    private long _next;

    /// <summary>Of what is being read here, the transfers by token, and by content once that is known, with those who want it sent. On the loop.</summary>
    private readonly Dictionary<long, long> _growing = [];
    private readonly Dictionary<ContentId, (long Id, List<(Entry Entry, ContentId Basis, Action<TransferStatus, string?> Done)> Waiting)> _grown = [];
    private bool _grows;

    /// <summary>What was sent early, and nobody wanted sent yet: the host has it in staging. The latest.</summary>
    private readonly Queue<ContentId> _sent = new();
    private const int MostSent = 8;

    public UploadQueue(ReplicaContext context) => _context = context;

    /// <summary>Callbacks come on the control loop.</summary>
    public void Add(Entry entry, ContentId basis, Action<TransferStatus, string?> done)
    {
        if (_grown.TryGetValue(entry.Content, out var grown))
        {
            grown.Waiting.Add((entry, basis, done));
            return;
        }

        if (_sent.Contains(entry.Content))
        {
            // Once: if the host asks again it has it no more.
            var others = _sent.Where(sent => sent != entry.Content).ToArray();
            _sent.Clear();
            foreach (var other in others) _sent.Enqueue(other);
            _context.Loop.Post(() => done(TransferStatus.Complete, null));
            return;
        }

        var id = Interlocked.Increment(ref _next);
        _open[id] = (entry, basis, done);
        (entry.Size < WorthAsking ? _short : _long).Writer.TryWrite((new ContentRequest(id, entry.Id, entry.Content, basis, 0), entry.Size));
    }

    /// <summary>A long file is being read here, which is not what it was, or has been read: it is sent meanwhile. On the loop.</summary>
    public void Grow(HostMessage.Growing growing)
    {
        if (growing.HasEnded)
        {
            if (_growing.TryGetValue(growing.Token, out var sent) && !growing.Content.IsNone) _grown.TryAdd(growing.Content, (sent, []));
            return;
        }

        if (!_grows) return;
        var id = Interlocked.Increment(ref _next);
        _growing.Add(growing.Token, id);
        _open[id] = (new Entry { Id = EntryId.Root, Parent = EntryId.None, Name = "", Kind = EntryKind.File }, default, (status, _) => EndGrown(growing.Token, id, status));
        _long.Writer.TryWrite((new ContentRequest(id, EntryId.Root, default, growing.Basis, 0) { Growing = growing.Token }, 0));
    }

    /// <summary>The link is gone: what was sent early is sent in the usual way when it is asked for. On the loop.</summary>
    public void Stop()
    {
        _grows = false;
        foreach (var id in _growing.Values) _open.TryRemove(id, out _);
        _growing.Clear();
        _grown.Clear();
        _sent.Clear();
    }

    private void EndGrown(long token, long id, TransferStatus status)
    {
        _growing.Remove(token);
        foreach (var (content, grown) in _grown.Where(g => g.Value.Id == id).ToArray())
        {
            _grown.Remove(content);
            if (status == TransferStatus.Complete && grown.Waiting.Count == 0)
            {
                _sent.Enqueue(content);
                if (_sent.Count > MostSent) _sent.Dequeue();
            }

            foreach (var (entry, basis, done) in grown.Waiting)
            {
                if (status == TransferStatus.Complete) done(status, null);
                else Add(entry, basis, done);
            }
        }
    }

    /// <summary>A link is up: streams uploads over it until it ends.</summary>
    /// <param name="link">The link.</param>
    /// <param name="sender">Reads what is sent.</param>
    /// <param name="broke">Called when the stream has ended before the link.</param>
    /// <param name="cancel">The link has ended.</param>
    public void Start(IHostLink link, ContentSender sender, Func<Task> broke, CancellationToken cancel)
    {
        _grows = link.TakesGrowing;
        _ = Task.Run(() => PumpAsync(link, sender, broke, cancel), CancellationToken.None);
    }

    private async Task PumpAsync(IHostLink link, ContentSender sender, Func<Task> broke, CancellationToken cancel)
    {
        try
        {
            await foreach (var end in link.Upload(FramesAsync(sender, link.TakesDeltas, cancel), cancel).ConfigureAwait(false))
            {
                if (end.ResumeAt is { } at)
                {
                    if (_asked.TryRemove(end.Id, out var asked)) asked.TrySetResult(at);
                    continue;
                }

                // A refusal answers the question too.
                if (_asked.TryRemove(end.Id, out var unanswered)) unanswered.TrySetResult(-1);
                if (!_open.TryRemove(end.Id, out var open)) continue;
                if (end.Status == TransferStatus.NoBasis && !open.Basis.IsNone) _context.Loop.Post(() => Add(open.Entry, default, open.Done));
                else _context.Loop.Post(() => open.Done(end.Status, end.Detail));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or LinkException or ChannelClosedException)
        {
            // The control stream tells why the link ended; what was under way is proposed again.
        }
        catch (Exception e)
        {
            _context.Log.LogDefect(e, _context.Share);
        }

        if (!cancel.IsCancellationRequested) await broke().ConfigureAwait(false);
    }

    private async IAsyncEnumerable<ContentFrame> FramesAsync(ContentSender sender, bool takesDeltas, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var frames = Channel.CreateBounded<ContentFrame>(new BoundedChannelOptions(ContentSender.FramesAhead) { SingleReader = true });
        Task[] lanes = [.. new[] { _short, _long }.Select(lane => Task.Run(() => SendAsync(lane.Reader, sender, takesDeltas, frames.Writer, stop.Token), CancellationToken.None))];
        try
        {
            await foreach (var frame in frames.Reader.ReadAllAsync(cancel).ConfigureAwait(false)) yield return frame;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(lanes).ConfigureAwait(false);
        }
    }

    private async Task SendAsync(ChannelReader<(ContentRequest Request, long Size)> lane, ContentSender sender, bool takesDeltas, ChannelWriter<ContentFrame> output, CancellationToken cancel)
    {
        try
        {
            await foreach (var (request, size) in lane.ReadAllAsync(cancel).ConfigureAwait(false)) await SendAsync(request, size, sender, takesDeltas, output, cancel).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // Thrown again where the frames are read; the other lane ends with that.
            output.TryComplete(e);
        }
    }

    private async Task SendAsync(ContentRequest request, long size, ContentSender sender, bool takesDeltas, ChannelWriter<ContentFrame> output, CancellationToken cancel)
    {
        if (request.Growing != 0 && !_open.ContainsKey(request.Id)) return;
        long offset = 0;
        if (size >= WorthAsking)
        {
            var answer = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
            _asked[request.Id] = answer;
            await output.WriteAsync(new ContentFrame.Ask(request.Id, request.Content), cancel).ConfigureAwait(false);
            offset = await answer.Task.WaitAsync(cancel).ConfigureAwait(false);
            if (offset < 0) return;
            // What a host says it has is a hint; more than there is would be no content of ours.
            offset = Math.Min(offset, size);
        }

        await foreach (var frame in sender.Send(request with { Offset = offset, TakesDeltas = takesDeltas }, cancel).ConfigureAwait(false))
        {
            _context.CountSent(Fetcher.LengthOf(frame));
            await output.WriteAsync(frame, cancel).ConfigureAwait(false);
            // Refused by now: the rest would be for nothing.
            if (_open.ContainsKey(request.Id) || frame is ContentFrame.End) continue;
            await output.WriteAsync(new ContentFrame.End(request.Id, TransferStatus.Superseded), cancel).ConfigureAwait(false);
            return;
        }
    }
}
