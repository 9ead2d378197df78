using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Serving;

/// <summary>The host's side of a measurement: counts what comes, sends what is wanted, tells the time. Bounded in time and bytes, one for each guest.</summary>
internal sealed class MeasureDesk(TimeProvider time)
{
    /// <summary>Bytes each way in one measurement.</summary>
    public const long MostBytes = 64 << 20;

    /// <summary>What one measurement may take.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private static readonly ByteString Filling = ByteString.CopyFrom(new byte[WireLimits.MaxPayload]);

    private readonly ConcurrentDictionary<string, byte> _measuring = new(StringComparer.Ordinal);

    /// <exception cref="LinkException">One of this guest is under way, or it asks for too much.</exception>
    public async Task RunAsync(string guest, IAsyncStreamReader<MeasureRequest> requests, IAsyncStreamWriter<MeasureReply> replies, CancellationToken cancel)
    {
        if (!_measuring.TryAdd(guest, 0)) throw new LinkException(LinkFailure.Unavailable, "A measurement of this guest is under way: try again when it has ended.");
        try
        {
            using var deadline = new CancellationTokenSource(Longest, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, deadline.Token);
            await AnswerAsync(requests, replies, both.Token);
        }
        finally
        {
            _measuring.TryRemove(guest, out _);
        }
    }

    private async Task AnswerAsync(IAsyncStreamReader<MeasureRequest> requests, IAsyncStreamWriter<MeasureReply> replies, CancellationToken cancel)
    {
        var (received, sent) = (0L, 0L);
        while (await requests.MoveNext(cancel))
        {
            var request = requests.Current;
            received += request.Payload.Length;
            sent += request.Wanted;
            if (request.Payload.Length > WireLimits.MaxPayload || received > MostBytes || sent > MostBytes) throw Bounds.Violation("a measurement of too many bytes");
            if (request.Payload.Length > 0) continue;
            for (var left = request.Wanted; left > 0;)
            {
                var part = (int)Math.Min(left, WireLimits.MaxPayload);
                await replies.WriteAsync(new MeasureReply { Payload = part == Filling.Length ? Filling : ByteString.CopyFrom(new byte[part]) }, cancel);
                left -= (uint)part;
            }

            await replies.WriteAsync(new MeasureReply { Received = (ulong)received, ClockNs = (time.GetUtcNow().UtcDateTime - DateTime.UnixEpoch).Ticks * 100 }, cancel);
        }
    }
}
