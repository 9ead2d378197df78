using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Sync.Engine.Link;
using Sync.Protocol.Identities;
using Sync.Protocol.Mapping;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Connecting;

/// <summary>Measures the way to a host that this guest is paired with, over a connection of its own. Takes some seconds at most, whatever the link.</summary>
public static class HostProbe
{
    private const int RoundTrips = 8;
    private const uint FirstBytes = 256 << 10;
    private const uint MostBytes = 16 << 20;

    /// <summary>A transfer that took so long tells enough.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromMilliseconds(300);

    private static readonly ByteString Filling = ByteString.CopyFrom(new byte[WireLimits.MaxPayload]);

    /// <summary>Connects and measures.</summary>
    /// <param name="address">"host:port".</param>
    /// <param name="hostFingerprint">The host's identity.</param>
    /// <param name="me">This guest's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logging">For the channel.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="LinkException">The host is not reached, is another, refuses, or is too old to measure.</exception>
    public static async Task<HostMeasurement> MeasureAsync(
        string address, string hostFingerprint, PeerIdentity me, TimeProvider time, ILoggerFactory logging, CancellationToken cancel)
    {
        if (!PeerAddress.TryParse(address, out var parsed)) throw new ArgumentException($"'{address}' is not an address: write {PeerAddress.Wanted}.", nameof(address));
        var host = new PinnedHost(hostFingerprint);
        using var channel = PeerChannel.Open(parsed, host, me, manyConnections: false, logging);
        using var call = new Peer.PeerClient(channel).Measure(cancellationToken: cancel);
        try
        {
            var (roundTrip, offset) = await PingAsync(call, time, cancel);
            var up = await GrowAsync(bytes => UploadAsync(call, bytes, time, cancel));
            var down = await GrowAsync(bytes => DownloadAsync(call, bytes, time, cancel));
            await call.RequestStream.CompleteAsync();
            return new HostMeasurement(roundTrip, up, down, offset);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unimplemented)
        {
            throw new LinkException(LinkFailure.Incompatible, $"The host at {address} is reached, but its version cannot measure: update sync-host.");
        }
        catch (Exception e) when (e is RpcException or IOException or InvalidOperationException or OperationCanceledException && !cancel.IsCancellationRequested)
        {
            throw CallFailures.ToLink(e, parsed, host);
        }
    }

    private static async Task<(TimeSpan RoundTrip, TimeSpan Offset)> PingAsync(
        AsyncDuplexStreamingCall<MeasureRequest, MeasureReply> call, TimeProvider time, CancellationToken cancel)
    {
        var (best, offset) = (TimeSpan.MaxValue, TimeSpan.Zero);
        // The first includes the handshake; the shortest says most about the clocks, too.
        for (var i = 0; i <= RoundTrips; i++)
        {
            var begun = time.GetTimestamp();
            var sentAt = time.GetUtcNow();
            await call.RequestStream.WriteAsync(new MeasureRequest(), cancel);
            var reply = await ReadAsync(call, cancel);
            var took = time.GetElapsedTime(begun);
            if (i == 0 || took >= best) continue;
            best = took;
            offset = DateTimeOffset.UnixEpoch.AddTicks(reply.ClockNs / 100) - (sentAt + (took / 2));
        }

        return (best, offset);
    }

    /// <summary>Bytes a second of ever larger transfers, until one took long enough to tell.</summary>
    private static async Task<double?> GrowAsync(Func<uint, Task<TimeSpan>> transfer)
    {
        double? rate = null;
        for (var bytes = FirstBytes; bytes <= MostBytes; bytes *= 4)
        {
            var took = await transfer(bytes);
            if (took > TimeSpan.Zero) rate = bytes / took.TotalSeconds;
            if (took >= LongEnough) break;
        }

        return rate;
    }

    private static async Task<TimeSpan> UploadAsync(
        AsyncDuplexStreamingCall<MeasureRequest, MeasureReply> call, uint bytes, TimeProvider time, CancellationToken cancel)
    {
        var begun = time.GetTimestamp();
        for (var left = bytes; left > 0; left -= WireLimits.MaxPayload)
            await call.RequestStream.WriteAsync(new MeasureRequest { Payload = Filling }, cancel);
        await call.RequestStream.WriteAsync(new MeasureRequest(), cancel);
        await ReadAsync(call, cancel);
        return time.GetElapsedTime(begun);
    }

    private static async Task<TimeSpan> DownloadAsync(
        AsyncDuplexStreamingCall<MeasureRequest, MeasureReply> call, uint bytes, TimeProvider time, CancellationToken cancel)
    {
        var begun = time.GetTimestamp();
        await call.RequestStream.WriteAsync(new MeasureRequest { Wanted = bytes }, cancel);
        while ((await ReadAsync(call, cancel)).Payload.Length > 0)
        {
            // Counted by asking for so many.
        }

        return time.GetElapsedTime(begun);
    }

    private static async Task<MeasureReply> ReadAsync(AsyncDuplexStreamingCall<MeasureRequest, MeasureReply> call, CancellationToken cancel) =>
        await call.ResponseStream.MoveNext(cancel) ? call.ResponseStream.Current : throw Bounds.Violation("a measurement that ends early");
}
