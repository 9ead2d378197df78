using System.Collections.Concurrent;
using Sync.Protocol.Connecting;
using Sync.Protocol.Lines;
using Xunit;

namespace Sync.Protocol.Tests.Lines;

/// <summary>A line in use: channels side by side, and guests that come and go on it.</summary>
public sealed class SerialLineTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Guests_come_and_go_and_each_finds_the_host()
    {
        var (a, b) = CableEnd.Make();
        await using var host = new EchoingHost(a);
        for (int i = 0; i < 40; i++)
        {
            await using var guest = new SerialLine(_ => ValueTask.FromResult(b()), null, TimeProvider.System);
            await Task.WhenAll(Enumerable.Range(0, 3).Select(async n =>
            {
                await using LineChannel channel = await guest.OpenChannelAsync(Cancel).WaitAsync(Limit, Cancel);
                await EchoAsync(channel, 100 << (n * 4));
            }));
        }

        Assert.Equal([], host.Faults);
    }

    [Fact]
    public async Task A_file_is_no_line_and_stays_as_it_is()
    {
        string path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "the only copy", Cancel);
        try
        {
            DialException refused = await Assert.ThrowsAsync<DialException>(() => LineDevices.OpenAsync(path, Cancel).AsTask());
            Assert.Contains("is a file", refused.Message, StringComparison.Ordinal);
            Assert.Equal("the only copy", await File.ReadAllTextAsync(path, Cancel));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_channel_that_nobody_reads_holds_up_the_line_only_when_much_waits()
    {
        var (a, b) = CableEnd.Make();
        await using var host = new EchoingHost(a);
        await using var guest = new SerialLine(_ => ValueTask.FromResult(b()), null, TimeProvider.System);
        await using LineChannel idle = await guest.OpenChannelAsync(Cancel).WaitAsync(Limit, Cancel);
        // Echoed, and not read.
        await idle.WriteAsync(new byte[500_000], Cancel).AsTask().WaitAsync(Limit, Cancel);
        await using LineChannel other = await guest.OpenChannelAsync(Cancel).WaitAsync(Limit, Cancel);
        await EchoAsync(other, 10_000);
    }

    [Fact]
    public async Task What_the_other_side_ends_reads_to_its_end_and_takes_no_more()
    {
        var (a, b) = CableEnd.Make();
        var accepted = new BlockingCollection<LineChannel>();
        await using var host = new SerialLine(_ => ValueTask.FromResult(a()), accepted.Add, TimeProvider.System);
        await using var guest = new SerialLine(_ => ValueTask.FromResult(b()), null, TimeProvider.System);
        await using LineChannel channel = await guest.OpenChannelAsync(Cancel).WaitAsync(Limit, Cancel);
        LineChannel theirs = accepted.Take(Cancel);
        await theirs.WriteAsync(new byte[10], Cancel);
        await theirs.DisposeAsync();
        byte[] buffer = new byte[100];
        await channel.ReadExactlyAsync(buffer.AsMemory(0, 10), Cancel).AsTask().WaitAsync(Limit, Cancel);
        Assert.Equal(0, await channel.ReadAsync(buffer, Cancel).AsTask().WaitAsync(Limit, Cancel));
        await Assert.ThrowsAsync<IOException>(() => channel.WriteAsync(buffer, Cancel).AsTask());
    }

    private static async Task EchoAsync(LineChannel channel, int size)
    {
        byte[] sent = new byte[size];
        new Random(size).NextBytes(sent);
        byte[] back = new byte[size];
        await Task.WhenAll(channel.WriteAsync(sent, Cancel).AsTask(), channel.ReadExactlyAsync(back, Cancel).AsTask()).WaitAsync(Limit, Cancel);
        Assert.Equal(sent, back);
    }

    /// <summary>Sends back what comes.</summary>
    private sealed class EchoingHost : IAsyncDisposable
    {
        private readonly SerialLine _line;
        private readonly ConcurrentQueue<Task> _echoes = [];

        public EchoingHost(Func<Stream> open) =>
            _line = new SerialLine(_ => ValueTask.FromResult(open()), channel => _echoes.Enqueue(Task.Run(() => RunAsync(channel))), TimeProvider.System, Faults.Add);

        public List<Exception> Faults { get; } = [];

        public async ValueTask DisposeAsync()
        {
            await _line.DisposeAsync();
            await Task.WhenAll(_echoes).WaitAsync(Limit);
        }

        private static async Task RunAsync(LineChannel channel)
        {
            await using (channel)
            {
                byte[] buffer = new byte[4096];
                try
                {
                    while (await channel.ReadAsync(buffer) is > 0 and var count) await channel.WriteAsync(buffer.AsMemory(0, count));
                }
                catch (IOException)
                {
                    // The guest has gone, as guests do.
                }
            }
        }
    }
}
