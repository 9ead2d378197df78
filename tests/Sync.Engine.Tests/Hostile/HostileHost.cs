using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Link;

namespace Sync.Engine.Tests.Hostile;

/// <summary>A host that a guest has joined, and that says what it likes.</summary>
internal sealed class HostileHost : IHostConnector, IHostLink
{
    private readonly Channel<HostMessage> _incoming = Channel.CreateUnbounded<HostMessage>();

    /// <summary>What is answered to requests, by the content asked for; nothing: that it has it not.</summary>
    public System.Collections.Concurrent.ConcurrentDictionary<ContentId, byte[]> Contents { get; } = [];

    /// <summary>What the guest has said.</summary>
    public Channel<GuestMessage> Heard { get; } = Channel.CreateUnbounded<GuestMessage>();

    public ChannelReader<HostMessage> Incoming => _incoming.Reader;

    public bool TakesDeltas => true;

    public bool TakesPatches => false;

    public TimeSpan? RoundTrip => null;

    public void Say(HostMessage message) => Assert(_incoming.Writer.TryWrite(message));

    public ValueTask<IHostLink> ConnectAsync(SessionHello hello, CancellationToken cancel) => ValueTask.FromResult<IHostLink>(this);

    public ValueTask SendAsync(GuestMessage message, CancellationToken cancel) => Heard.Writer.WriteAsync(message, cancel);

    public async IAsyncEnumerable<ContentFrame> Download(IAsyncEnumerable<ContentRequest> requests, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var request in requests.WithCancellation(cancel))
        {
            yield return Contents.TryGetValue(request.Content, out var bytes)
                ? new ContentFrame.Whole(request.Id, request.Content, bytes)
                : new ContentFrame.End(request.Id, TransferStatus.Superseded);
        }
    }

    public async IAsyncEnumerable<ContentFrame.End> Upload(IAsyncEnumerable<ContentFrame> frames, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var frame in frames.WithCancellation(cancel))
            if (frame is ContentFrame.Whole or ContentFrame.End) yield return new ContentFrame.End(frame.Id, TransferStatus.Complete);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static void Assert(bool holds) => Xunit.Assert.True(holds);
}
