using System.Threading.Channels;

namespace Sync.Engine.Link;

/// <summary>One guest's session on one share, on the host. Disposing ends it.</summary>
public interface IGuestSession : IAsyncDisposable
{
    /// <summary>Unguessable: the guest names it when it opens bulk streams on its other connection.</summary>
    Guid Id { get; }

    /// <summary>Messages for the guest, in order. Completes when the host ends the session, with a <see cref="LinkException"/> if it has a reason.</summary>
    ChannelReader<HostMessage> Outgoing { get; }

    /// <summary>Hands over a message of the guest; waits while the host is busy (which is the back-pressure).</summary>
    ValueTask ReceiveAsync(GuestMessage message, CancellationToken cancel);

    /// <summary>The round trip to the guest was measured. For people to see; a session that has nobody to tell drops it.</summary>
    void Measured(TimeSpan roundTrip)
    {
    }

    /// <summary>Serves downloads.</summary>
    IAsyncEnumerable<ContentFrame> Download(IAsyncEnumerable<ContentRequest> requests, CancellationToken cancel);

    /// <summary>Takes uploads.</summary>
    IAsyncEnumerable<ContentFrame.End> Upload(IAsyncEnumerable<ContentFrame> frames, CancellationToken cancel);
}
