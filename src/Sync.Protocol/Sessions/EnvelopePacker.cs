using System.Buffers;
using Google.Protobuf;
using Sync.Protocol.Mapping;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Sessions;

/// <summary>
/// Packs the large envelopes of one direction of a session, as long as that is worthwhile: entries and the small contents that come with them shrink
/// together. Not thread-safe.
/// </summary>
internal sealed class EnvelopePacker(bool isUnderstood)
{
    /// <summary>Smaller ones, a save or two, go out at once as they are.</summary>
    private const int SmallestEnvelope = 4 << 10;

    private readonly PayloadCompressor _compressor = new(isUnderstood);
    private int _last;

    /// <summary>The packed envelope; null: it goes plain.</summary>
    /// <param name="envelope">It.</param>
    /// <param name="isVersion">It holds new versions of files.</param>
    public PackedEnvelope? Pack(IMessage envelope, bool isVersion = false)
    {
        var size = _last = envelope.CalculateSize();
        if (!isUnderstood || size is < SmallestEnvelope or > WireLimits.MaxMessage) return null;
        var plain = ArrayPool<byte>.Shared.Rent(size);
        var packed = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            envelope.WriteTo(plain.AsSpan(0, size));
            if (!_compressor.TryPack(plain.AsSpan(0, size), packed, out var written, isVersion)) return null;
            _last = written;
            return new PackedEnvelope { Bytes = ByteString.CopyFrom(packed, 0, written), PlainSize = (uint)size };
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
            ArrayPool<byte>.Shared.Return(packed);
        }
    }

    /// <summary>Reports how long the link held up what <see cref="Pack"/> was last asked about.</summary>
    public void Wrote(TimeSpan held) => _compressor.Rate.Add(_last, held);
}
