using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Engine.Snapshots;
using Sync.Protocol.Mapping;
using Sync.Protocol.Transfers;
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
    private const byte PackedContentsTag = (PullFrame.PackedContentsFieldNumber << 3) | 2;
    private const byte PackedDataTag = (PullFrame.PackedDataFieldNumber << 3) | 2;

    public static Method<PullAsk, PulledMessage> Method { get; } = new(
        MethodType.DuplexStreaming, "sync.v1.Peer", "Pull", Marshallers.Create(Write, static context => PullAsk.Parser.ParseFrom(context.PayloadAsReadOnlySequence())),
        Marshallers.Create<PulledMessage>(static (_, _) => throw new NotSupportedException("The guest sends none."), static context => Read(context.PayloadAsReadOnlySequence())));

    private static void Write(PullAsk ask, SerializationContext context)
    {
        context.SetPayloadLength(ask.CalculateSize());
        ask.WriteTo(context.GetBufferWriter());
        context.Complete();
    }

    /// <summary>One message; contents are checked for their length, no more.</summary>
    /// <exception cref="LinkException">Too long, or packed and no zstd frame of that length.</exception>
    internal static PulledMessage Read(ReadOnlySequence<byte> payload)
    {
        var reader = new SequenceReader<byte>(payload);
        if (reader.TryRead(out var tag) && tag is ContentsTag or DataTag or PackedContentsTag or PackedDataTag && TryReadLength(ref reader, out var length) && length == reader.Remaining)
        {
            if (length > PullLimits.MaxPiece) throw Bounds.Violation("a piece of a pull is too long");
            var kind = tag is ContentsTag or PackedContentsTag ? PullPieceKind.Contents : PullPieceKind.Data;
            if (tag is PackedContentsTag or PackedDataTag) return new PulledMessage(null, Unpack(kind, reader.UnreadSequence));
            var piece = PullPiece.Rent(kind, (int)length);
            reader.UnreadSequence.CopyTo(piece.Buffer);
            return new PulledMessage(null, piece);
        }

        return new PulledMessage(PullFrame.Parser.ParseFrom(payload), null);
    }

    private static PullPiece Unpack(PullPieceKind kind, ReadOnlySequence<byte> packed)
    {
        var reader = new SequenceReader<byte>(packed);
        if (!TryReadLength(ref reader, out var length) || length is 0 or > PullLimits.MaxPiece) throw Bounds.Violation("a packed piece of a pull without a length, or too long");
        var rest = reader.UnreadSequence;
        var piece = PullPiece.Rent(kind, (int)length, (int)packed.Length);
        byte[]? joined = null;
        try
        {
            if (!rest.IsSingleSegment)
            {
                joined = ArrayPool<byte>.Shared.Rent((int)rest.Length);
                rest.CopyTo(joined);
            }

            if (Zstd.TryUnpack(joined is null ? rest.FirstSpan : joined.AsSpan(0, (int)rest.Length), piece.Buffer.AsSpan(0, (int)length))) return piece;
        }
        finally
        {
            if (joined is not null) ArrayPool<byte>.Shared.Return(joined);
        }

        piece.Dispose();
        throw Bounds.Violation("a packed piece of a pull does not unpack to its length");
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
