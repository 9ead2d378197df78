using System.Runtime.CompilerServices;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Transfers;

/// <summary>Reads frames off a stream, in the consumer's pace, and no faster than they may pass.</summary>
internal static class FrameReceiver
{
    public static async IAsyncEnumerable<ContentFrame> ReadAsync(
        FrameReader reader, IAsyncStreamReader<Frame> stream, Func<int, CancellationToken, ValueTask> pass, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (await stream.MoveNext(cancel))
        {
            await pass(FrameSize.OfPayload(stream.Current) + FrameSize.Head, cancel);
            foreach (var frame in reader.FromWire(stream.Current)) yield return frame;
        }
    }
}
