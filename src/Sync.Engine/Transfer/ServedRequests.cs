using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sync.Engine.Link;

namespace Sync.Engine.Transfer;

/// <summary>One stream of requests, being answered. Holds at most 7 MiB of frames, and of each of the large contents the chunk that is not yet verified.</summary>
internal sealed class ServedRequests(ContentSender sender)
{
    /// <summary>Small contents that are looked for and read in one go: 2 MiB at most.</summary>
    private const int GroupSize = 32;

    /// <summary>Groups read ahead of the wire, beside the one that goes out.</summary>
    private const int GroupsAhead = 2;

    private const int LargeAtOnce = 2;

    /// <summary>Beside them, of what is still being read: that may have to be waited for.</summary>
    private const int GrowingAtOnce = 2;

    /// <summary>Large contents asked for and not begun. Askers keep a few; more is no asker of ours.</summary>
    private const int MaxLargeWaiting = 1 << 16;

    private readonly Channel<Task<Answers>> _small = Channel.CreateBounded<Task<Answers>>(
        new BoundedChannelOptions(GroupsAhead) { SingleReader = true, SingleWriter = true });
    private readonly Channel<ContentRequest> _waiting = Channel.CreateUnbounded<ContentRequest>();
    private readonly Channel<ContentRequest> _growing = Channel.CreateUnbounded<ContentRequest>();
    private readonly Channel<ContentFrame> _large = Channel.CreateBounded<ContentFrame>(
        new BoundedChannelOptions(ContentSender.FramesAhead) { SingleReader = true });

    /// <summary>All answers, until the requests have ended and each is answered.</summary>
    public async IAsyncEnumerable<ContentFrame> RunAsync(IAsyncEnumerable<ContentRequest> requests, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var begun = Task.WhenAll(
            Task.Run(() => TakeRequestsAsync(requests, stop.Token), CancellationToken.None),
            Task.Run(() => SendLargeAsync(stop.Token), CancellationToken.None));
        try
        {
            Task<bool>? smallWait = null;
            Task<bool>? largeWait = null;
            var smallEnded = false;
            while (true)
            {
                while (_small.Reader.TryPeek(out var first) && first.IsCompleted)
                {
                    _small.Reader.TryRead(out _);
                    var (asked, answers) = await first;
                    for (var i = 0; i < answers.Length; i++)
                        if ((answers[i] ?? Queue(asked[i])) is { } answer) yield return answer;
                }

                if (_large.Reader.TryRead(out var frame))
                {
                    yield return frame;
                    continue;
                }

                // Nothing is ready: wait for either.
                largeWait ??= _large.Reader.WaitToReadAsync(cancel).AsTask();
                if (smallEnded)
                {
                    if (!await largeWait) break;
                    largeWait = null;
                    continue;
                }

                Task ready;
                if (_small.Reader.TryPeek(out var head)) ready = await Task.WhenAny(head, largeWait);
                else ready = await Task.WhenAny(smallWait ??= _small.Reader.WaitToReadAsync(cancel).AsTask(), largeWait);
                if (ready == largeWait)
                {
                    // Large frames end only after the requests have: an early end is a fault, thrown here.
                    await largeWait;
                    largeWait = null;
                }
                else if (ready == smallWait)
                {
                    smallEnded = !await smallWait;
                    smallWait = null;
                    // Every request has been looked at: none will turn out to be large.
                    if (!smallEnded) continue;
                    _waiting.Writer.TryComplete();
                    _growing.Writer.TryComplete();
                }
            }
        }
        finally
        {
            await stop.CancelAsync();
            await begun;
            while (_small.Reader.TryRead(out var left)) await left.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private async Task TakeRequestsAsync(IAsyncEnumerable<ContentRequest> requests, CancellationToken cancel)
    {
        try
        {
            await foreach (var group in requests.InGroups(GroupSize, cancel))
                await _small.Writer.WriteAsync(Task.Run(() => AnswerAsync(group, cancel), CancellationToken.None), cancel);
            _small.Writer.Complete();
        }
        catch (Exception e)
        {
            // Thrown again where the frames are read.
            _small.Writer.Complete(e);
        }
    }

    private async Task<Answers> AnswerAsync(List<ContentRequest> requests, CancellationToken cancel) => new(requests, await sender.AnswerSmallAsync(requests, cancel));

    // Large ones begin in the order in which they were asked for, too.
    private ContentFrame.End? Queue(ContentRequest request)
    {
        var waiting = request.Growing == 0 ? _waiting : _growing;
        if (waiting.Reader.Count >= MaxLargeWaiting) return new ContentFrame.End(request.Id, TransferStatus.Failed, "Too many contents were asked for at once.");
        waiting.Writer.TryWrite(request);
        return null;
    }

    private async Task SendLargeAsync(CancellationToken cancel)
    {
        try
        {
            var lanes = new Task[LargeAtOnce + GrowingAtOnce];
            for (var i = 0; i < lanes.Length; i++)
            {
                var waiting = (i < LargeAtOnce ? _waiting : _growing).Reader;
                lanes[i] = Task.Run(() => SendNextAsync(waiting, cancel), CancellationToken.None);
            }

            await Task.WhenAll(lanes);
            _large.Writer.TryComplete();
        }
        catch (Exception e)
        {
            // Thrown again where the frames are read.
            _large.Writer.TryComplete(e);
        }
    }

    private async Task SendNextAsync(ChannelReader<ContentRequest> waiting, CancellationToken cancel)
    {
        try
        {
            await foreach (var request in waiting.ReadAllAsync(cancel)) await sender.SendLargeAsync(request, _large.Writer, cancel);
        }
        catch (Exception e)
        {
            // Ends the other lane too: what it writes next is refused.
            _large.Writer.TryComplete(e);
            throw;
        }
    }

    /// <summary>Of each request the only frame of its answer, or null: the content is large.</summary>
    private readonly record struct Answers(List<ContentRequest> Requests, ContentFrame?[] Frames);
}
