using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Connecting;

/// <summary>
/// The call <c>Download</c>, as the guest makes it: plain bytes of long contents go from the message into a rented buffer, where the generated reader would make a new array
/// for each message. Other messages are read by the generated code.
/// </summary>
internal static class DownloadMethod
{
    // Tags: a field's number, and 0 for a varint, 2 for what has a length.
    private const byte IdTag = Frame.IdFieldNumber << 3;
    private const byte DataTag = (Frame.DataFieldNumber << 3) | 2;
    private const byte BytesTag = (DataFrame.BytesFieldNumber << 3) | 2;

    public static Method<DownloadRequest, DownloadedFrame> Method { get; } = new(
        MethodType.DuplexStreaming, "sync.v1.Peer", "Download", Marshallers.Create(Write, static context => DownloadRequest.Parser.ParseFrom(context.PayloadAsReadOnlySequence())),
        Marshallers.Create<DownloadedFrame>(static (_, _) => throw new NotSupportedException("The guest sends none."), static context => Read(context.PayloadAsReadOnlySequence())));

    /// <summary>A message as it came.</summary>
    /// <exception cref="InvalidProtocolBufferException">It is none.</exception>
    internal static DownloadedFrame Read(in ReadOnlySequence<byte> payload)
    {
        // As the generated code writes it, and nothing else: the id (left out if it is 0), the data, in it the bytes alone.
        var reader = new SequenceReader<byte>(payload);
        var id = 0UL;
        if (reader.IsNext(IdTag, advancePast: true) && !TryReadVarint(ref reader, out id)) return Other(payload);
        if (!reader.IsNext(DataTag, advancePast: true) || !TryReadVarint(ref reader, out var length) || length != (ulong)reader.Remaining) return Other(payload);
        if (!reader.IsNext(BytesTag, advancePast: true) || !TryReadVarint(ref reader, out length) || length != (ulong)reader.Remaining || length > WireLimits.MaxPayload) return Other(payload);
        var buffer = FrameBuffers.Rent();
        reader.UnreadSequence.CopyTo(buffer);
        return new DownloadedFrame(null, ContentFrame.Data.InRented((long)id, buffer, (int)length));
    }

    private static DownloadedFrame Other(in ReadOnlySequence<byte> payload) => new(Frame.Parser.ParseFrom(payload), null);

    private static void Write(DownloadRequest request, SerializationContext context)
    {
        context.SetPayloadLength(request.CalculateSize());
        request.WriteTo(context.GetBufferWriter());
        context.Complete();
    }

    private static bool TryReadVarint(ref SequenceReader<byte> reader, out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (!reader.TryRead(out var next)) return false;
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return true;
        }

        return false;
    }
}
