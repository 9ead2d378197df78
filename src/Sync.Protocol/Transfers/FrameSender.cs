using System.Diagnostics;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Transfers;

/// <summary>Writes frames to a stream, and measures the link by how long that takes. Not thread-safe.</summary>
internal sealed class FrameSender(FrameWriter writer, PayloadCompressor compressor, IAsyncStreamWriter<Frame> stream)
{
    public async ValueTask SendAsync(ContentFrame frame, CancellationToken cancel)
    {
        foreach (var wire in writer.ToWire(frame))
        {
            var begun = Stopwatch.GetTimestamp();
            await stream.WriteAsync(wire, cancel);
            var payload = wire.KindCase switch
            {
                Frame.KindOneofCase.Data => wire.Data.Bytes.Length,
                Frame.KindOneofCase.Whole => wire.Whole.Bytes.Length,
                _ => 0,
            };
            if (payload > 0) compressor.Wrote(payload, Stopwatch.GetElapsedTime(begun));
        }
    }
}
