using Google.Protobuf;
using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Sessions;

/// <summary>Unpacks what the peer's <see cref="EnvelopePacker"/> has packed. Not thread-safe.</summary>
internal sealed class EnvelopeUnpacker(bool allowed)
{
    private readonly PayloadDecompressor _decompressor = new(allowed);

    /// <exception cref="LinkException">It is too large, does not unpack, is no envelope, or was not agreed on.</exception>
    public T Unpack<T>(PackedEnvelope packed, MessageParser<T> parser)
        where T : IMessage<T>
    {
        var plain = _decompressor.Unpack(packed.Bytes.Span, Bounds.ToInt(packed.PlainSize, WireLimits.MaxMessage, "an envelope's size"));
        try
        {
            return parser.ParseFrom(plain.Span);
        }
        catch (InvalidProtocolBufferException)
        {
            throw Bounds.Violation("a packed envelope holds none");
        }
    }
}
