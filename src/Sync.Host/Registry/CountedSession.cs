using System.Threading.Channels;
using Sync.Engine.Link;

namespace Sync.Host.Registry;

/// <summary>A session whose end is told.</summary>
/// <param name="session">What it does.</param>
/// <param name="visit">Disposed after it.</param>
internal sealed class CountedSession(IGuestSession session, IDisposable visit) : IGuestSession
{
    public Guid Id => session.Id;

    public ChannelReader<HostMessage> Outgoing => session.Outgoing;

    public ValueTask ReceiveAsync(GuestMessage message, CancellationToken cancel) => session.ReceiveAsync(message, cancel);

    public void Measured(TimeSpan roundTrip) => session.Measured(roundTrip);

    public IAsyncEnumerable<ContentFrame> Download(IAsyncEnumerable<ContentRequest> requests, CancellationToken cancel) => session.Download(requests, cancel);

    public IAsyncEnumerable<ContentFrame.End> Upload(IAsyncEnumerable<ContentFrame> frames, CancellationToken cancel) => session.Upload(frames, cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await session.DisposeAsync();
        }
        finally
        {
            visit.Dispose();
        }
    }
}
