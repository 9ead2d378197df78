using System.Buffers;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Sync.Bench.Compare;

/// <summary>Carries bytes from one socket to another until the first ends.</summary>
internal static class ProxyPump
{
    private const int Block = 128 << 10;
    // Small enough that a slow link's time is spread evenly: 13 ms at 10 Mbit/s.
    private const int ShapedBlock = 16 << 10;
    // What a router would queue, on top of what is on its way.
    private const int Queue = 256 << 10;

    public static async Task RunAsync(Socket from, Socket to, LinkDirection direction, CancellationToken cancel)
    {
        try
        {
            await (direction.Shape is { } shape ? ShapedAsync(from, to, direction, shape, cancel) : PlainAsync(from, to, direction, cancel));
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException)
        {
            // One end is gone: the other is to see it too.
            from.Dispose();
            to.Dispose();
        }
    }

    private static async Task PlainAsync(Socket from, Socket to, LinkDirection direction, CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Block);
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer.AsMemory(0, Block), cancel)) > 0;)
            {
                direction.Count(read);
                await SendAllAsync(to, buffer.AsMemory(0, read), cancel);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task ShapedAsync(Socket from, Socket to, LinkDirection direction, LinkShape shape, CancellationToken cancel)
    {
        var room = (int)(((shape.BytesPerSecond * shape.OneWay.TotalSeconds) + Queue) / ShapedBlock);
        var queue = Channel.CreateBounded<(byte[] Buffer, int Length, double Due)>(new BoundedChannelOptions(room) { SingleReader = true, SingleWriter = true });
        var deliver = DeliverAsync(queue.Reader, to, cancel);
        try
        {
            while (!deliver.IsFaulted)
            {
                var buffer = ArrayPool<byte>.Shared.Rent(ShapedBlock);
                var read = await from.ReceiveAsync(buffer.AsMemory(0, ShapedBlock), cancel);
                if (read is 0)
                    break;
                direction.Count(read);
                await queue.Writer.WriteAsync((buffer, read, direction.Due(read)), cancel);
            }
        }
        finally
        {
            queue.Writer.Complete();
            await deliver;
        }
    }

    private static async Task DeliverAsync(ChannelReader<(byte[] Buffer, int Length, double Due)> queue, Socket to, CancellationToken cancel)
    {
        await foreach (var (buffer, length, due) in queue.ReadAllAsync(cancel))
        {
            // A timer ends up to a millisecond late; what is nearer than that goes now, so that the rate is kept on the whole.
            for (double early; (early = due - LinkDirection.Now) > 0.001;)
                await Task.Delay(TimeSpan.FromSeconds(early - 0.0005), cancel);
            await SendAllAsync(to, buffer.AsMemory(0, length), cancel);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task SendAllAsync(Socket to, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        while (bytes.Length > 0)
            bytes = bytes[await to.SendAsync(bytes, cancel)..];
    }
}
