using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Sync.Engine.Link;

namespace Sync.Protocol.Tests.Parts;

/// <summary>An engine's session that can be told what to do, and keeps what it was told.</summary>
internal sealed class FakeSession : IGuestSession
{
    private readonly Channel<HostMessage> _outgoing = Channel.CreateUnbounded<HostMessage>();

    public Channel<GuestMessage> Received { get; } = Channel.CreateUnbounded<GuestMessage>();

    public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Guid Id { get; init; } = Guid.NewGuid();

    public ChannelReader<HostMessage> Outgoing => _outgoing.Reader;

    public ChannelWriter<HostMessage> ToGuest => _outgoing.Writer;

    public Func<GuestMessage, CancellationToken, ValueTask>? OnReceive { get; set; }

    public Func<IAsyncEnumerable<ContentRequest>, CancellationToken, IAsyncEnumerable<ContentFrame>> OnDownload { get; set; } = Answer;

    public ValueTask ReceiveAsync(GuestMessage message, CancellationToken cancel) =>
        OnReceive is { } handler ? handler(message, cancel) : Received.Writer.WriteAsync(message, cancel);

    public IAsyncEnumerable<ContentFrame> Download(IAsyncEnumerable<ContentRequest> requests, CancellationToken cancel) => OnDownload(requests, cancel);

    public async IAsyncEnumerable<ContentFrame.End> Upload(IAsyncEnumerable<ContentFrame> frames, [EnumeratorCancellation] CancellationToken cancel)
    {
        long bytes = 0;
        await foreach (var frame in frames.WithCancellation(cancel))
        {
            if (frame is ContentFrame.Data data) bytes += data.Bytes.Length;
            if (frame is ContentFrame.Whole whole) yield return new ContentFrame.End(whole.Id, TransferStatus.Complete, Sum(whole.Bytes.Span));
            if (frame is not ContentFrame.End) continue;
            yield return new ContentFrame.End(frame.Id, TransferStatus.Complete, bytes.ToString(System.Globalization.CultureInfo.InvariantCulture));
            bytes = 0;
        }
    }

    public ValueTask DisposeAsync()
    {
        Disposed.TrySetResult();
        return ValueTask.CompletedTask;
    }

    public static string Sum(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes));

    private static async IAsyncEnumerable<ContentFrame> Answer(IAsyncEnumerable<ContentRequest> requests, [EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var request in requests.WithCancellation(cancel))
            yield return new ContentFrame.Whole(request.Id, request.Content, request.Content.ToArray());
    }
}
