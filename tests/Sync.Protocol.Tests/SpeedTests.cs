using System.Diagnostics;
using System.Globalization;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Replicas;
using Sync.Protocol.Tests.Parts;
using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>Figures for the record; they fail only where something is broken, as the machine is shared.</summary>
public sealed class SpeedTests
{
    private static readonly SessionHello Hello = new() { Share = "work", Process = 1 };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_downloads_at_once()
    {
        const int Frames = 4096;
        await using var server = await TestServer.StartAsync();
        server.Host.OnOpen = _ => new FakeSession { OnDownload = (requests, _) => Send(requests, Frames) };
        await using var connector = server.Connector();
        await using var link = await connector.ConnectAsync(Hello, Cancel);
        for (var round = 0; round < 3; round++)
        {
            var begun = Stopwatch.GetTimestamp();
            var counts = await Task.WhenAll(CountAsync(link, Cancel), CountAsync(link, Cancel));
            var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            Assert.Equal([Frames * 65_536L, Frames * 65_536L], counts);
            Report($"2 downloads at once: {counts.Sum() / 1e6 / seconds:0} MB/s");
        }
    }

    [Fact]
    public async Task A_small_messages_round_trip()
    {
        const int Count = 3000;
        await using var server = await TestServer.StartAsync();
        FakeSession? session = null;
        server.Host.OnOpen = _ => session = new FakeSession
        {
            OnReceive = (message, cancel) => session!.ToGuest.WriteAsync(new HostMessage.FlushAsked(((GuestMessage.Flush)message).FlushId, FlushScope.All, TimeSpan.FromSeconds(1)), cancel),
        };
        await using var connector = server.Connector();
        await using var link = await connector.ConnectAsync(Hello, Cancel);
        var times = new double[Count];
        for (var i = 0; i < Count; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await link.SendAsync(new GuestMessage.Flush(i), Cancel);
            Assert.Equal(new HostMessage.FlushAsked(i, FlushScope.All, TimeSpan.FromSeconds(1)), await link.Incoming.ReadAsync(Cancel));
            times[i] = Stopwatch.GetElapsedTime(begun).TotalMicroseconds;
        }

        Array.Sort(times);
        Report($"small message round trip: p50 {times[Count / 2]:0} µs, p99 {times[Count * 99 / 100]:0} µs");
    }

    private static async Task<long> CountAsync(IHostLink link, CancellationToken cancel)
    {
        long bytes = 0;
        var request = new ContentRequest(1, EntryId.Root, new ContentId(Gens.Some(32)), default, 0);
        await foreach (var frame in link.Download(new[] { request }.ToAsyncEnumerable(), cancel))
            if (frame is ContentFrame.Data data) bytes += data.Bytes.Length;
        return bytes;
    }

    private static async IAsyncEnumerable<ContentFrame> Send(IAsyncEnumerable<ContentRequest> requests, int frames)
    {
        var bytes = Gens.Some(65_536);
        await foreach (var request in requests)
        {
            for (var i = 0; i < frames; i++) yield return new ContentFrame.Data(request.Id, bytes);
            yield return new ContentFrame.End(request.Id, TransferStatus.Complete);
        }
    }

    private static void Report(FormattableString text) => TestContext.Current.TestOutputHelper!.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
