using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sync.Engine.Link;
using Sync.Protocol.Connecting;
using Sync.Protocol.Identities;
using Sync.Protocol.Sessions;
using Sync.Protocol.Tests.Parts;
using Sync.Protocol.Wire;
using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>Measuring the way to a host.</summary>
public sealed class MeasureTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_guest_learns_round_trip_throughput_and_the_hosts_clock()
    {
        await using var server = await TestServer.StartAsync();
        var measured = await Probe(server, server.Guest);
        Assert.True(measured.RoundTrip > TimeSpan.Zero);
        Assert.True(measured.UpBytesPerSecond > 0);
        Assert.True(measured.DownBytesPerSecond > 0);
        // The same clock: off by no more than the answer's way.
        Assert.InRange(measured.ClockOffset.Duration(), TimeSpan.Zero, measured.RoundTrip);
    }

    [Fact]
    public async Task A_stranger_learns_nothing()
    {
        await using var server = await TestServer.StartAsync();
        using var stranger = server.Stranger("stranger");
        Assert.Equal(LinkFailure.NotAllowed, (await Assert.ThrowsAsync<LinkException>(() => Probe(server, stranger))).Failure);
    }

    [Theory]
    [InlineData(0, uint.MaxValue)]
    [InlineData((64 << 10) + 1, 0)]
    public async Task Who_asks_for_too_much_is_ended(int payload, uint wanted)
    {
        await using var server = await TestServer.StartAsync();
        Assert.True(PeerAddress.TryParse(server.Address, out var address));
        using var channel = PeerChannel.Open(address, new PinnedHost(server.Identity.Fingerprint), server.Guest, manyConnections: false, NullLoggerFactory.Instance);
        using var call = new Peer.PeerClient(channel).Measure(cancellationToken: Cancel);
        await call.RequestStream.WriteAsync(new MeasureRequest { Payload = ByteString.CopyFrom(new byte[payload]), Wanted = wanted }, Cancel);
        var failure = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(Cancel));
        Assert.Equal(((int)LinkFailure.Protocol).ToString(System.Globalization.CultureInfo.InvariantCulture), failure.Trailers.GetValue(WireNames.Failure));
    }

    [Fact]
    public async Task One_guest_measures_once_at_a_time()
    {
        await using var server = await TestServer.StartAsync();
        Assert.True(PeerAddress.TryParse(server.Address, out var address));
        using var channel = PeerChannel.Open(address, new PinnedHost(server.Identity.Fingerprint), server.Guest, manyConnections: false, NullLoggerFactory.Instance);
        using var first = new Peer.PeerClient(channel).Measure(cancellationToken: Cancel);
        await first.RequestStream.WriteAsync(new MeasureRequest(), Cancel);
        Assert.True(await first.ResponseStream.MoveNext(Cancel));
        Assert.Equal(LinkFailure.Unavailable, (await Assert.ThrowsAsync<LinkException>(() => Probe(server, server.Guest))).Failure);
        await first.RequestStream.CompleteAsync();
        Assert.False(await first.ResponseStream.MoveNext(Cancel));
        await Probe(server, server.Guest);
    }

    private static Task<HostMeasurement> Probe(TestServer server, PeerIdentity who) =>
        HostProbe.MeasureAsync(server.Address, server.Identity.Fingerprint, who, TimeProvider.System, NullLoggerFactory.Instance, Cancel);
}
