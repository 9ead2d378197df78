using Microsoft.Extensions.Time.Testing;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Protocol.Connecting;
using Sync.Protocol.Sessions;
using Sync.Protocol.Tests.Parts;
using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>Connections that break, with and without a word.</summary>
public sealed class LivenessTests
{
    private static readonly SessionHello Hello = new() { Share = "work", Process = 1 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_cut_connection_ends_the_link_on_both_sides()
    {
        await using var server = await TestServer.StartAsync();
        await using var proxy = new StallingProxy(server.Port);
        await using var connector = server.Connector(addresses: proxy.Address);
        await using var link = await connector.ConnectAsync(Hello, Cancel);
        var (_, _, session) = await server.Host.Opened.Reader.ReadAsync(Cancel);
        proxy.Cut();
        var failure = await Assert.ThrowsAsync<LinkException>(() => link.Incoming.Completion.WaitAsync(Cancel));
        Assert.Equal(LinkFailure.Unreachable, failure.Failure);
        await session.Disposed.Task.WaitAsync(Cancel);

        await using var again = await connector.ConnectAsync(Hello, Cancel);
    }

    [Fact]
    public async Task A_silent_connection_is_given_up_by_both_sides()
    {
        var guestTime = new FakeTimeProvider();
        var hostTime = new FakeTimeProvider();
        await using var server = await TestServer.StartAsync(hostTime);
        await using var proxy = new StallingProxy(server.Port);
        await using var connector = server.Connector(time: guestTime, addresses: proxy.Address);
        await using var link = await connector.ConnectAsync(Hello, Cancel);
        var (_, _, session) = await server.Host.Opened.Reader.ReadAsync(Cancel);
        proxy.Stall();

        await AdvanceUntil(guestTime, link.Incoming.Completion);
        var failure = await Assert.ThrowsAsync<LinkException>(() => link.Incoming.Completion);
        Assert.Equal(LinkFailure.Unreachable, failure.Failure);
        Assert.Contains("heard", failure.Message, StringComparison.Ordinal);
        await AdvanceUntil(hostTime, session.Disposed.Task);
        await session.Disposed.Task;
    }

    [Fact]
    public async Task A_host_that_is_busy_is_not_silent()
    {
        var guestTime = new FakeTimeProvider();
        await using var server = await TestServer.StartAsync();
        var busy = new TaskCompletionSource();
        server.Host.OnOpen = _ => new FakeSession { OnReceive = async (_, cancel) => await busy.Task.WaitAsync(cancel) };
        await using var connector = server.Connector(time: guestTime);
        await using var link = await connector.ConnectAsync(Hello, Cancel);
        var (_, _, session) = await server.Host.Opened.Reader.ReadAsync(Cancel);
        await link.SendAsync(new GuestMessage.Flush(1), Cancel);
        for (var i = 0; i < 10; i++)
        {
            guestTime.Advance(Heartbeat.Interval);
            // What the host says counts as a sign of life, whatever it does with what it hears.
            await session.ToGuest.WriteAsync(new HostMessage.Committed(new Revision(i)), Cancel);
            await link.Incoming.ReadAsync(Cancel);
        }

        busy.SetResult();
        Assert.False(link.Incoming.Completion.IsCompleted);
    }

    [Fact]
    public async Task The_round_trip_is_measured()
    {
        await using var server = await TestServer.StartAsync();
        await using var connector = server.Connector();
        await using var link = await connector.ConnectAsync(Hello, Cancel);
        while (link.RoundTrip is null) await Task.Yield();
        Assert.InRange(link.RoundTrip.Value, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task The_next_address_is_tried()
    {
        await using var server = await TestServer.StartAsync();
        await using var connector = server.Connector(addresses: ["127.0.0.1:1", server.Address]);
        await using var link = await connector.ConnectAsync(Hello, Cancel);
    }

    [Fact]
    public async Task A_closed_port_is_unreachable_with_advice()
    {
        await using var server = await TestServer.StartAsync();
        await using var connector = server.Connector(addresses: "127.0.0.1:1");
        var failure = await Assert.ThrowsAsync<LinkException>(async () => await connector.ConnectAsync(Hello, Cancel));
        Assert.Equal(LinkFailure.Unreachable, failure.Failure);
        Assert.Contains("Start sync-host", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_never_answers_costs_one_deadline()
    {
        var time = new FakeTimeProvider();
        await using var server = await TestServer.StartAsync();
        await using var proxy = new StallingProxy(server.Port);
        proxy.Stall();
        await using var connector = server.Connector(time: time, addresses: proxy.Address);
        var connecting = connector.ConnectAsync(Hello, Cancel).AsTask();
        await AdvanceUntil(time, connecting);
        var failure = await Assert.ThrowsAsync<LinkException>(() => connecting);
        Assert.Equal(LinkFailure.Unreachable, failure.Failure);
    }

    [Fact]
    public async Task Stopping_the_host_ends_sessions_as_unavailable()
    {
        await using var server = await TestServer.StartAsync();
        await using var connector = server.Connector();
        await using var link = await connector.ConnectAsync(Hello, Cancel);
        var stopping = server.StopAsync();
        var failure = await Assert.ThrowsAsync<LinkException>(() => link.Incoming.Completion.WaitAsync(Cancel));
        Assert.True(failure.Failure == LinkFailure.Unavailable, failure.ToString());
        await link.DisposeAsync();
        await connector.DisposeAsync();
        await stopping.WaitAsync(Cancel);
    }

    [Fact]
    public void Sleep_is_noticed()
    {
        var time = new SleepyTime();
        var woken = 0;
        using var detector = new WakeDetector(time, () => woken++);
        for (var i = 0; i < 10; i++) time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(0, woken);
        time.Slept = TimeSpan.FromHours(1);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(1, woken);
    }

    private static async Task AdvanceUntil(FakeTimeProvider time, Task task)
    {
        var limit = DateTime.UtcNow.AddSeconds(20);
        while (!task.IsCompleted && DateTime.UtcNow < limit)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Yield();
        }
    }

    private sealed class SleepyTime : FakeTimeProvider
    {
        public TimeSpan Slept { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Slept;
    }
}
