using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Sync.Engine.Snapshots;
using Sync.Protocol.Mapping;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Pulling;

/// <summary>
/// The call <c>Pull</c>, as the guest makes it: contents go from the message into a pooled buffer, where the generated reader would allocate a new array for each message
/// on the large-object heap. Other messages are read by the generated code.
/// </summary>
internal static class PullMethod
{
    // The tag of a length-delimited field: its number, and 2.
    private const byte ContentsTag = (PullFrame.ContentsFieldNumber << 3) | 2;
    private const byte DataTag = (PullFrame.DataFieldNumber << 3) | 2;

    public static Method<PullAsk, PulledMessage> Method { get; } = new(
        MethodType.DuplexStreaming, "sync.v1.Peer", "Pull", Marshallers.Create(Write, static context => PullAsk.Parser.ParseFrom(context.PayloadAsReadOnlySequence())),
        Marshallers.Create<PulledMessage>(static (_, _) => throw new NotSupportedException("The guest sends none."), Read));

    private static void Write(PullAsk ask, SerializationContext context)
    {
        context.SetPayloadLength(ask.CalculateSize());
        ask.WriteTo(context.GetBufferWriter());
        context.Complete();
    }

    private static PulledMessage Read(DeserializationContext context)
    {
        var payload = context.PayloadAsReadOnlySequence();
        var reader = new SequenceReader<byte>(payload);
        if (reader.TryRead(out var tag) && tag is ContentsTag or DataTag && TryReadLength(ref reader, out var length) && length == reader.Remaining)
        {
            if (length > PullLimits.MaxPiece) throw Bounds.Violation("a piece of a pull is too long");
            var piece = PullPiece.Rent(tag == ContentsTag ? PullPieceKind.Contents : PullPieceKind.Data, (int)length);
            reader.UnreadSequence.CopyTo(piece.Buffer);
            return new PulledMessage(null, piece);
        }

        return new PulledMessage(PullFrame.Parser.ParseFrom(payload), null);
    }

    private static bool TryReadLength(ref SequenceReader<byte> reader, out long length)
    {
        length = 0;
        for (var shift = 0; shift < 35; shift += 7)
        {
            if (!reader.TryRead(out var next)) return false;
            length |= (long)(next & 0x7F) << shift;
            if (next < 0x80) return true;
        }

        return false;
    }
}
