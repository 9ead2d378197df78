using System.Threading.Channels;
using Sync.Engine.Link;
using Sync.Engine.Replicas;
using Sync.Engine.Tests.Hostile;

namespace Sync.Engine.Tests.Publishing;

/// <summary>A push's way to a share in this process, with what happens on it meanwhile.</summary>
internal sealed class PushLink(HostUnderTest host) : IHostConnector
{
    /// <summary>Called once, before the first proposal goes out.</summary>
    public Func<Task>? BeforeProposal { get; set; }

    public bool ReadOnly { get; set; }

    /// <summary>Content bytes that were sent.</summary>
    public long Uploaded { get; private set; }

    public async ValueTask<IHostLink> ConnectAsync(SessionHello hello, CancellationToken cancel)
    {
        var grant = new GuestGrant("fingerprint of pusher", "pusher", ReadOnly, null, null);
        return new Link(this, await host.Share.OpenSessionAsync(grant, hello, cancel));
    }

    private sealed class Link(PushLink owner, IGuestSession session) : IHostLink
    {
        public ChannelReader<HostMessage> Incoming => session.Outgoing;

        public bool TakesDeltas => true;

        public bool TakesPatches => true;

        public TimeSpan? RoundTrip => null;

        public async ValueTask SendAsync(GuestMessage message, CancellationToken cancel)
        {
            if (message is GuestMessage.Propose && owner.BeforeProposal is { } before)
            {
                owner.BeforeProposal = null;
                await before();
            }

            await session.ReceiveAsync(message, cancel);
        }

        public IAsyncEnumerable<ContentFrame> Download(IAsyncEnumerable<ContentRequest> requests, CancellationToken cancel) => session.Download(requests, cancel);

        public IAsyncEnumerable<ContentFrame.End> Upload(IAsyncEnumerable<ContentFrame> frames, CancellationToken cancel) => session.Upload(Counted(frames), cancel);

        public ValueTask DisposeAsync() => session.DisposeAsync();

        private async IAsyncEnumerable<ContentFrame> Counted(IAsyncEnumerable<ContentFrame> frames)
        {
            await foreach (var frame in frames)
            {
                if (frame is ContentFrame.Data data) owner.Uploaded += data.Bytes.Length;
                yield return frame;
            }
        }
    }
}
