using System.Threading.Channels;
using Sync.Engine.Pulling;

namespace Sync.Engine.Link;

/// <summary>
/// A replica's connection to the journal of one share, made anew for each session by an <see cref="IHostConnector"/>. In one process for the
/// host's own disk, over gRPC for a guest. Disposing ends it; a broken link completes <see cref="Incoming"/> with the cause.
/// </summary>
public interface IHostLink : IAsyncDisposable
{
    /// <summary>Messages from the host, in order; the first is a <see cref="HostMessage.Welcome"/>.</summary>
    ChannelReader<HostMessage> Incoming { get; }

    /// <summary>Sends a message; waits while the link's buffer is full.</summary>
    ValueTask SendAsync(GuestMessage message, CancellationToken cancel);

    /// <summary>Opens a stream of downloads: requests in, frames out, both in the callers' pace. On the bulk connection.</summary>
    IAsyncEnumerable<ContentFrame> Download(IAsyncEnumerable<ContentRequest> requests, CancellationToken cancel);

    /// <summary>Opens a stream of uploads: frames in; out comes one <see cref="ContentFrame.End"/> for each transfer. On the bulk connection.</summary>
    IAsyncEnumerable<ContentFrame.End> Upload(IAsyncEnumerable<ContentFrame> frames, CancellationToken cancel);

    /// <summary>The host takes <see cref="ContentFrame.Delta"/>.</summary>
    bool TakesDeltas { get; }

    /// <summary>The host takes contents that are still being read (<see cref="ContentFrame.Start.GrowsTo"/>).</summary>
    bool TakesGrowing => false;

    /// <summary>The host answers with <see cref="ContentFrame.Patched"/>.</summary>
    bool TakesPatches { get; }

    /// <summary>Whether <see cref="OpenPullAsync"/> can be tried.</summary>
    bool OpensPulls => false;

    /// <summary>Opens a pull of what the session is of: many contents at once, on a connection of its own.</summary>
    /// <exception cref="LinkException">The host is not reached, or refuses.</exception>
    Task<IOpenPull> OpenPullAsync(CancellationToken cancel) => throw new NotSupportedException("This link opens no pulls.");

    /// <summary>The last measured round trip; null before the first.</summary>
    TimeSpan? RoundTrip { get; }
}
