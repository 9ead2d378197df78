using System.Diagnostics;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Transfers;

/// <summary>Writes frames to a stream, and measures the link by how long that takes. Not thread-safe.</summary>
internal sealed class FrameSender(FrameWriter writer, PayloadCompressor compressor, IAsyncStreamWriter<Frame> stream)
{
    /// <summary>So many bytes are gathered at most before they are sent.</summary>
    private const int MostGathered = 128 << 10;

    private static readonly WriteOptions Gathering = new(WriteFlags.BufferHint);
    private int _gathered;

    /// <summary>Sends what was gathered: then frames are gathered, and whoever writes them calls <see cref="FlushAsync"/>. Null: each is sent at once.</summary>
    public Func<CancellationToken, ValueTask>? Flush { get; init; }

    public async ValueTask SendAsync(ContentFrame frame, CancellationToken cancel)
    {
        foreach (var wire in writer.ToWire(frame))
        {
            var begun = Stopwatch.GetTimestamp();
            stream.WriteOptions = Flush is null ? null : Gathering;
            await stream.WriteAsync(wire, cancel);
            var payload = wire.KindCase switch
            {
                Frame.KindOneofCase.Data => wire.Data.Bytes.Length,
                Frame.KindOneofCase.Whole => wire.Whole.Bytes.Length,
                _ => 0,
            };
            if (Flush is null)
            {
                if (payload > 0) compressor.Wrote(payload, Stopwatch.GetElapsedTime(begun));
                continue;
            }

            _gathered += payload + 64;
            if (_gathered >= MostGathered) await FlushAsync(cancel);
        }
    }

    /// <summary>Sends what was gathered.</summary>
    public async ValueTask FlushAsync(CancellationToken cancel)
    {
        if (_gathered == 0 || Flush is null) return;
        var begun = Stopwatch.GetTimestamp();
        await Flush(cancel);
        compressor.Wrote(_gathered, Stopwatch.GetElapsedTime(begun));
        _gathered = 0;
    }
}
