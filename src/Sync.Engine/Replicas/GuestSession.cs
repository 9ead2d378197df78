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
    private readonly CancellationTokenSource _stop = new();

    public Guid Id { get; } = Guid.NewGuid();

    public ChannelReader<HostMessage> Outgoing => pump.Outgoing;

    public GuestGrant Grant { get; set; } = grant;

    public ulong Process { get; } = process;

    public GuestMessage.Applied? LastApplied { get; private set; }

    public Dictionary<long, TaskCompletionSource<GuestMessage.FlushDone>> Flushes { get; } = [];

    /// <summary>Completes when the session has ended.</summary>
    public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Push(HostMessage message) => journal.Loop.Post(() => journal.Push(session, message));

    public void End(LinkException? reason) => pump.End(reason);

    public async ValueTask ReceiveAsync(GuestMessage message, CancellationToken cancel)
    {
        switch (message)
        {
            case GuestMessage.Propose propose:
                await ProposeAsync(propose.Proposal, cancel).ConfigureAwait(false);
                break;
            case GuestMessage.Applied applied:
                LastApplied = applied;
                share.GuestsChanged();
                break;
            case GuestMessage.Flush flush:
                _ = SettleAsync(flush.FlushId);
                break;
            case GuestMessage.FlushDone done:
                lock (Flushes)
                    if (Flushes.Remove(done.FlushId, out var waiting)) waiting.TrySetResult(done);
                break;
        }
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
                if (entry.Kind == EntryKind.Symlink && entry.LinkTarget is not null && entry.Content != ContentIds.OfLink(entry.LinkTarget))
                    throw new LinkException(LinkFailure.Protocol, "A link's content id is not that of its target.");
                if (entry.Kind != EntryKind.File || entry.Deleted || !change.Facets.HasFlag(Facets.Content)) continue;
                if (change.Inline is { } bytes)
                {
                    if (bytes.Length != entry.Size || Manifest.OfSmall(bytes.Span).Id != entry.Content)
                        throw new LinkException(LinkFailure.Protocol, "An inline content is not what its id says.");
                    if (entry.Size > 0 && !share.Store(entry.Content, bytes)) (missing ??= []).Add(entry.Content);
                    inline.Add(new(entry.Content, bytes));
                    share.CountReceived(bytes.Length);
                }
                else if (entry.Size == 0 ? entry.Content != Manifest.Empty.Id : !await share.PinAsync(entry, cancel).ConfigureAwait(false)) (missing ??= []).Add(entry.Content);
            }
        }

        journal.Loop.Post(() => journal.Propose(session, proposal, missing, inline));
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
    }

    public IAsyncEnumerable<ContentFrame> Download(IAsyncEnumerable<ContentRequest> requests, CancellationToken cancel) => share.CountSent(share.Sender.Serve(requests, cancel));

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
