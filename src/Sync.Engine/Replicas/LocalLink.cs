using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Journal;
using Sync.Engine.Link;

namespace Sync.Engine.Replicas;

/// <summary>The host's own replica's link to the journal, in the process: contents need not travel, they are on this disk.</summary>
internal sealed class LocalLink(JournalKeeper journal, JournalSession session, SessionPump pump) : IHostLink
{
    public ChannelReader<HostMessage> Incoming => pump.Outgoing;

    public TimeSpan? RoundTrip => null;

    public bool TakesDeltas => false;

    public bool TakesPatches => false;

    public ValueTask SendAsync(GuestMessage message, CancellationToken cancel)
    {
        if (message is not GuestMessage.Propose propose) return ValueTask.CompletedTask;
        var inline = new List<KeyValuePair<ContentId, ReadOnlyMemory<byte>>>();
        foreach (var change in propose.Proposal.Changes)
            if (change.Inline is { } bytes) inline.Add(new(change.Entry.Content, bytes));
        journal.Loop.Post(() => journal.Propose(session, propose.Proposal, null, inline));
        return ValueTask.CompletedTask;
    }

    public IAsyncEnumerable<ContentFrame> Download(IAsyncEnumerable<ContentRequest> requests, CancellationToken cancel) =>
        throw new NotSupportedException("The host's own contents are on its disk.");

    public IAsyncEnumerable<ContentFrame.End> Upload(IAsyncEnumerable<ContentFrame> frames, CancellationToken cancel) =>
        throw new NotSupportedException("The host's own contents are on its disk.");

    public ValueTask DisposeAsync() => pump.DisposeAsync();
}
