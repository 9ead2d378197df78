using Microsoft.Extensions.Logging.Abstractions;
using Sync.Engine.Link;
using Sync.Protocol.Connecting;
using Sync.Protocol.Identities;
using Sync.Protocol.Tests.Parts;
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

    private static Task<HostMeasurement> Probe(TestServer server, PeerIdentity who) =>
        HostProbe.MeasureAsync(server.Address, server.Identity.Fingerprint, who, TimeProvider.System, NullLoggerFactory.Instance, Cancel);
}
