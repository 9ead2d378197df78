using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Transfer;

namespace Sync.Engine.Replicas;

/// <summary>A guest's session on the host: what it proposes is accepted only when its bytes stand in the host's staging.</summary>
internal sealed class GuestSession(HostShare share, JournalKeeper journal, JournalSession session, SessionPump pump, GuestGrant grant, ulong process) : IGuestSession
{
    /// <summary>Flushes of one guest that wait for the host's disk at a time: a command is one.</summary>
    private const int MaxFlushes = 256;

    /// <summary>Changes of one guest that wait for the journal at a time; a proposal that goes beyond is decided before the next is read.</summary>
    private const int MaxUndecided = 4096;

    /// <summary>A round trip that differs by less is not worth drawing every viewer's page anew: it is told with the next change.</summary>
    private static readonly TimeSpan WorthTelling = TimeSpan.FromMilliseconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly LatencyWindow _latencies = new();
    private long _roundTrip;
    private int _settling;
    private int _undecided;

    public Guid Id { get; } = Guid.NewGuid();

    public ChannelReader<HostMessage> Outgoing => pump.Outgoing;

    public GuestGrant Grant { get; set; } = grant;

    public ulong Process { get; } = process;

    /// <inheritdoc cref="SessionHello.IsVisit"/>
    public bool IsVisit { get; init; }

    /// <summary>Of the whole share, not of a part.</summary>
    public bool IsOfAll => session.Root == EntryId.Root;

    public GuestMessage.Applied? LastApplied { get; private set; }

    /// <summary>The last measured round trip; zero before the first.</summary>
    public TimeSpan RoundTrip => new(Interlocked.Read(ref _roundTrip));

    /// <summary>From a save until it stands on this guest: the middle one of the latest; null before the first.</summary>
    public TimeSpan? SaveLatency => _latencies.Median;

    public Dictionary<long, TaskCompletionSource<GuestMessage.FlushDone>> Flushes { get; } = [];

    /// <summary>Completes when the session has ended.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Push(HostMessage message) => journal.Loop.Post(() => journal.Push(session, message));

    public void End(LinkException? reason) => pump.End(reason);

    public void Measured(TimeSpan roundTrip)
    {
        var before = new TimeSpan(Interlocked.Exchange(ref _roundTrip, roundTrip.Ticks));
        if ((roundTrip - before).Duration() > WorthTelling + (before / 4) || before == TimeSpan.Zero) share.GuestsChanged();
    }

    public async ValueTask ReceiveAsync(GuestMessage message, CancellationToken cancel)
    {
        switch (message)
        {
            case GuestMessage.Propose propose:
                await ProposeAsync(propose.Proposal, cancel).ConfigureAwait(false);
                break;
            case GuestMessage.Applied applied:
                LastApplied = applied with { Landed = [] };
                foreach (var landing in applied.Landed) TakeLanding(landing);
                share.GuestsChanged();
                break;
            case GuestMessage.Flush flush:
                if (Interlocked.Increment(ref _settling) > MaxFlushes) throw new LinkException(LinkFailure.Protocol, "Too many flushes are asked for at a time.");
                _ = SettleAsync(flush.FlushId);
                break;
            case GuestMessage.FlushDone done:
                lock (Flushes)
                    if (Flushes.Remove(done.FlushId, out var waiting)) waiting.TrySetResult(done);
                break;
        }
    }

    private void TakeLanding(Landing landing)
    {
        if (share.SinceSave(landing) is not { } since) return;
        // The guest's word was half a round trip under way, as far as one was measured.
        var latency = since > RoundTrip / 2 ? since - (RoundTrip / 2) : TimeSpan.Zero;
        _latencies.Add(latency);
        SpreadMetrics.Landed(share.Share, Grant.Name, latency);
    }

    private async Task ProposeAsync(Proposal proposal, CancellationToken cancel)
    {
        HashSet<ContentId>? missing = null;
        var inline = new List<KeyValuePair<ContentId, ReadOnlyMemory<byte>>>();
        if (!Grant.ReadOnly)
        {
            foreach (var change in proposal.Changes)
            {
                var entry = change.Entry;
                if (!MakesSense(change)) throw new LinkException(LinkFailure.Protocol, "A change's content is none of its kind.");
                if (entry.Kind != EntryKind.File || entry.Deleted || !BringsContent(change)) continue;
                if (change.Inline is { } bytes)
                {
                    if (bytes.Length != entry.Size || bytes.Length > Chunker.SingleChunkLength || Manifest.OfSmall(bytes.Span).Id != entry.Content)
                        throw new LinkException(LinkFailure.Protocol, "An inline content is not what its id says.");
                    if (entry.Size > 0 && !share.Store(entry.Content, bytes)) (missing ??= []).Add(entry.Content);
                    inline.Add(new(entry.Content, bytes));
                    share.CountReceived(bytes.Length);
                }
                else if (entry.Size == 0 ? entry.Content != Manifest.Empty.Id : !await share.PinAsync(entry, cancel).ConfigureAwait(false)) (missing ??= []).Add(entry.Content);
            }
        }

        var weight = proposal.Changes.Count + 1;
        var decided = Interlocked.Add(ref _undecided, weight) > MaxUndecided ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
        journal.Loop.Post(() =>
        {
            try
            {
                journal.Propose(session, proposal, missing, inline);
            }
            finally
            {
                Interlocked.Add(ref _undecided, -weight);
                decided?.TrySetResult();
            }
        });
        // Who sends faster than the journal decides waits, and not the others' proposals behind all of its own.
        if (decided is not null) await decided.Task.WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>What is new has a content to be checked, whatever it says to change.</summary>
    private static bool BringsContent(Change change) => change.Facets.HasFlag(Facets.Content) || change.Entry.Id.IsProvisional;

    /// <summary>A link is its target, a directory has no bytes: another replica would not know what to make of anything else.</summary>
    private static bool MakesSense(Change change)
    {
        var entry = change.Entry;
        return entry.Deleted || entry.Kind switch
        {
            EntryKind.Symlink => entry.LinkTarget is { } target ? entry.Content == ContentIds.OfLink(target) : !BringsContent(change),
            EntryKind.Directory => entry.Content.IsNone && entry.LinkTarget is null,
            _ => entry.LinkTarget is null,
        };
    }

    private async Task SettleAsync(long id)
    {
        try
        {
            var (upTo, problems) = await share.SettleAsync(_stop.Token).ConfigureAwait(false);
            Push(new HostMessage.FlushReached(id, upTo, problems));
        }
        catch (FlushObstacleException e)
        {
            Push(new HostMessage.FlushReached(id, Revision.Zero, [new Problem(".", e.Outcome == FlushOutcome.Halted ? "halted" : "paused", $"On the host: {e.Message}")]));
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The session has ended; its guest knows.
        }
        finally
        {
            Interlocked.Decrement(ref _settling);
        }
    }

    public IAsyncEnumerable<ContentFrame> Download(IAsyncEnumerable<ContentRequest> requests, CancellationToken cancel) =>
        share.CountSent(share.Sender.Serve(IsOfAll ? requests : OfPart(requests, cancel), cancel));

    /// <summary>What is read just now is told to others, and is not to be had by guessing its token.</summary>
    private static async IAsyncEnumerable<ContentRequest> OfPart(IAsyncEnumerable<ContentRequest> requests, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var request in requests.WithCancellation(cancel).ConfigureAwait(false))
            yield return request.Growing == 0 ? request : request with { Growing = long.MaxValue };
    }

    public async IAsyncEnumerable<ContentFrame.End> Upload(IAsyncEnumerable<ContentFrame> frames, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var receiver = share.NewReceiver();
        await foreach (var frame in frames.WithCancellation(cancel).ConfigureAwait(false))
        {
            share.CountReceived(Fetcher.LengthOf(frame));
            if (Grant.ReadOnly)
            {
                if (frame is ContentFrame.End or ContentFrame.Whole or ContentFrame.Ask) yield return new ContentFrame.End(frame.Id, TransferStatus.Denied);
                continue;
            }

            if (frame is ContentFrame.Ask ask)
            {
                yield return new ContentFrame.End(ask.Id, TransferStatus.Complete) { ResumeAt = receiver.ResumeOffset(ask.Content) };
                continue;
            }

            if (await receiver.TakeAsync(frame, cancel).ConfigureAwait(false) is not { } received) continue;
            var status = received.Status;
            if (status == TransferStatus.Complete)
            {
                if (received.StagedPath is { } path) share.Staged.Add(received.Content, path);
                else if (received.Bytes is { } bytes && !share.Store(received.Content, bytes)) status = TransferStatus.Failed;
            }

            yield return new ContentFrame.End(received.Id, status, received.Detail);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await pump.DisposeAsync().ConfigureAwait(false);
        lock (Flushes)
        {
            foreach (var waiting in Flushes.Values) waiting.TrySetCanceled();
            Flushes.Clear();
        }

        Ended.TrySetResult();
        share.Forget(this);
    }
}
