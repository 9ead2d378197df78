using System.Collections.Concurrent;
using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Engine.Transfer;

/// <summary>Sends large contents to the host, one after another, and tells how each ended. Started with each link.</summary>
internal sealed class UploadQueue
{
    /// <summary>From this length on the host is asked first what it has from an interrupted upload: one round trip.</summary>
    private const long WorthAsking = 4 << 20;

    private readonly Channel<(long Id, Entry Entry, ContentId Basis)> _queue = Channel.CreateUnbounded<(long, Entry, ContentId)>();
    private readonly ConcurrentDictionary<long, (Entry Entry, ContentId Basis, Action<TransferStatus, string?> Done)> _open = new();
    private readonly ConcurrentDictionary<long, TaskCompletionSource<long>> _asked = new();
    private readonly ReplicaContext _context;
    private long _next;

    public UploadQueue(ReplicaContext context) => _context = context;

    /// <summary>Callbacks come on the control loop.</summary>
    public void Add(Entry entry, ContentId basis, Action<TransferStatus, string?> done)
    {
        var id = Interlocked.Increment(ref _next);
        _open[id] = (entry, basis, done);
        _queue.Writer.TryWrite((id, entry, basis));
    }

    /// <summary>A link is up: streams uploads over it until it ends.</summary>
    /// <param name="link">The link.</param>
    /// <param name="sender">Reads what is sent.</param>
    /// <param name="broke">Called when the stream has ended before the link.</param>
    /// <param name="cancel">The link has ended.</param>
    public void Start(IHostLink link, ContentSender sender, Func<Task> broke, CancellationToken cancel) =>
        _ = Task.Run(() => PumpAsync(link, sender, broke, cancel), CancellationToken.None);

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
        await foreach (var (id, entry, basis) in _queue.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
        {
            long offset = 0;
            if (entry.Size >= WorthAsking)
            {
                var answer = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
                _asked[id] = answer;
                yield return new ContentFrame.Ask(id, entry.Content);
                offset = await answer.Task.WaitAsync(cancel).ConfigureAwait(false);
                if (offset < 0) continue;
                // What a host says it has is a hint; more than there is would be no content of ours.
                offset = Math.Min(offset, entry.Size);
            }

            await foreach (var frame in sender.Send(new ContentRequest(id, entry.Id, entry.Content, basis, offset) { TakesDeltas = takesDeltas }, cancel).ConfigureAwait(false))
            {
                _context.CountSent(Fetcher.LengthOf(frame));
                yield return frame;
            }
        }
    }
}
