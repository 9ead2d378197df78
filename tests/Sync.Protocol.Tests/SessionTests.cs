using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Protocol.Tests.Parts;
using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>A session over a real connection.</summary>
public sealed class SessionTests
{
    private static readonly SessionHello Hello = new()
    {
        Share = "work", SubPath = "src/app", Epoch = ulong.MaxValue, Cursor = new Revision(7), Process = 42, Direction = SyncDirection.Mirror, ClockNs = -5, TakesPatches = true,
    };

    private static long NowNs => (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Messages_go_both_ways_in_order()
    {
        await using var server = await TestServer.StartAsync();
        await using var connector = server.Connector();
        var before = NowNs;
        await using var link = await connector.ConnectAsync(Hello, Cancel);
        var (guest, hello, session) = await server.Host.Opened.Reader.ReadAsync(Cancel);
        Assert.Equal(server.Guest.Fingerprint, guest);
        Assert.Equal(Hello, hello with { ClockNs = Hello.ClockNs });
        // The clock at sending, not at the beginning of dialling.
        Assert.InRange(hello.ClockNs, before, NowNs);

        for (var i = 1; i <= 100; i++)
        {
            await session.ToGuest.WriteAsync(new HostMessage.Committed(new Revision(i)), Cancel);
            await link.SendAsync(new GuestMessage.Flush(i), Cancel);
        }

        for (var i = 1; i <= 100; i++)
        {
            Assert.Equal(new HostMessage.Committed(new Revision(i)), await link.Incoming.ReadAsync(Cancel));
            Assert.Equal(new GuestMessage.Flush(i), await session.Received.Reader.ReadAsync(Cancel));
        }
    }

    [Fact]
    public async Task Disposing_the_link_ends_the_session_on_the_host()
    {
        await using var server = await TestServer.StartAsync();
        await using var connector = server.Connector();
        var link = await connector.ConnectAsync(Hello, Cancel);
        var (_, _, session) = await server.Host.Opened.Reader.ReadAsync(Cancel);
        await link.DisposeAsync();
        await session.Disposed.Task.WaitAsync(Cancel);
    }

    [Fact]
    public async Task The_hosts_reason_to_end_a_session_reaches_the_guest()
    {
        await using var server = await TestServer.StartAsync();
        await using var connector = server.Connector();
        await using var link = await connector.ConnectAsync(Hello, Cancel);
        var (_, _, session) = await server.Host.Opened.Reader.ReadAsync(Cancel);
        session.ToGuest.Complete(new LinkException(LinkFailure.NotAllowed, "Revoked."));
        var failure = await Assert.ThrowsAsync<LinkException>(() => link.Incoming.Completion.WaitAsync(Cancel));
        Assert.Equal(LinkFailure.NotAllowed, failure.Failure);
        Assert.Contains("Revoked.", failure.Message, StringComparison.Ordinal);
        await session.Disposed.Task.WaitAsync(Cancel);
        Assert.Equal(LinkFailure.NotAllowed, (await Assert.ThrowsAsync<LinkException>(async () => await link.SendAsync(new GuestMessage.Flush(1), Cancel))).Failure);
    }

    [Theory]
    [InlineData(LinkFailure.NoSuchShare)]
    [InlineData(LinkFailure.Duplicate)]
    [InlineData(LinkFailure.Unavailable)]
    public async Task A_refusal_reaches_the_guest_with_its_reason(LinkFailure reason)
    {
        await using var server = await TestServer.StartAsync();
        server.Host.OnOpen = _ => throw new LinkException(reason, "Not so.");
        await using var connector = server.Connector();
        var failure = await Assert.ThrowsAsync<LinkException>(async () => await connector.ConnectAsync(Hello, Cancel));
        Assert.Equal(reason, failure.Failure);
        Assert.Contains("Not so.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Contents_go_down_and_up_on_streams_of_the_session()
    {
        await using var server = await TestServer.StartAsync();
        await using var connector = server.Connector();
        await using var link = await connector.ConnectAsync(Hello, Cancel);
        var content = new ContentId(Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());
        var frames = await link.Download(Many(new ContentRequest(3, new EntryId(9), content, default, 0)), Cancel).ToListAsync(Cancel);
        var whole = Assert.IsType<ContentFrame.Whole>(Assert.Single(frames));
        Assert.Equal(content.ToArray(), whole.Bytes.ToArray());

        var bytes = new byte[150_000];
        var ends = await link.Upload(
            Many<ContentFrame>(
                new ContentFrame.Start(5, content, default, 0, bytes), new ContentFrame.Data(5, bytes), new ContentFrame.End(5, TransferStatus.Complete)), Cancel).ToListAsync(Cancel);
        Assert.Equal(new ContentFrame.End(5, TransferStatus.Complete, "150000"), Assert.Single(ends));
    }

    private static async IAsyncEnumerable<T> Many<T>(params T[] items)
    {
        foreach (var item in items)
        {
            await Task.Yield();
            yield return item;
        }
    }
}
