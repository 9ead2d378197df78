using System.Runtime.CompilerServices;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Transfers;

/// <summary>Reads frames off a stream, in the consumer's pace.</summary>
internal static class FrameReceiver
{
    public static async IAsyncEnumerable<ContentFrame> ReadAsync(
        FrameReader reader, IAsyncStreamReader<Frame> stream, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (await stream.MoveNext(cancel))
        {
            foreach (var frame in reader.FromWire(stream.Current)) yield return frame;
        }
    }
}
