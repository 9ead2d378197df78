using System.Diagnostics;
using Sync.Protocol.Mapping;

namespace Sync.Protocol.Transfers;

/// <summary>
/// Packs payloads of one stream with zstd: new versions of files, which are sent again and again, and all that comes with them (a tree that another is
/// unpacked over has new files too); the beginning of each burst, which costs little and is most of what most bursts send; and what comes after it while
/// that gets it over sooner: the link, as measured by how long writes take, must be slower than the compressor. What does not shrink goes plain.
/// Not thread-safe.
/// </summary>
/// <param name="isUnderstood">The peer unpacks.</param>
internal sealed class PayloadCompressor(bool isUnderstood)
{
    /// <summary>Packed whatever the link: 0.15 s of work at the most. A fourth of 8,000 source files rewritten, 10.9 MB, shrinks to 3.1 MB.</summary>
    private const long BurstLength = 16 << 20;

    /// <summary>
    /// ZstdSharp's level 1 does about 180 MB/s a core, beside hashing and TLS on the same core. How long writes take tells of a peer that places slowly,
    /// too: small files come to 40 MB/s on two cores, and packing them took a fifth of the host's time of a first sync, over loopback.
    /// </summary>
    private const double WorthwhileBytesPerSecond = 20e6;

    /// <summary>Below this the header and the call cost more than they save.</summary>
    private const int SmallestPayload = 512;

    /// <summary>After bytes that did not shrink, so many payloads go plain: media and archives come in long runs.</summary>
    private const int SkipAfterFailure = 32;

    private const int FastLevel = 1;

    /// <summary>For deltas and versions.</summary>
    private const int DeltaLevel = 3;

    /// <summary>For the beginnings of bursts: 50 MB/s, and 6 % fewer bytes than at level 3.</summary>
    private const int TightLevel = 6;

    /// <summary>How much of a burst is packed tightly.</summary>
    private const long TightLength = 4 << 20;

    /// <summary>A burst has ended when nothing was sent for so long.</summary>
    private static readonly TimeSpan BurstEnd = LinkRate.Pause;

    private byte[]? _buffer;
    private int _skip;
    private bool _hasVersions;
    private long _burst;
    private long _last;

    /// <summary>What the link takes: whoever sends tells it.</summary>
    public LinkRate Rate { get; } = new();

    /// <summary>The bytes to send, and the plain size if they are packed, else 0. Packed bytes are valid until the next call.</summary>
    public (ReadOnlyMemory<byte> Bytes, uint PlainSize) Pack(ReadOnlyMemory<byte> plain, bool isVersion = false)
    {
        _buffer ??= new byte[WireLimits.MaxPayload];
        return TryPack(plain.Span, _buffer, out var written, isVersion) ? (_buffer.AsMemory(0, written), (uint)plain.Length) : (plain, 0);
    }

    /// <summary>As <see cref="Pack"/>, for deltas, which are small and stand for much more: they are packed on every link.</summary>
    public (ReadOnlyMemory<byte> Bytes, uint PlainSize) PackDelta(ReadOnlyMemory<byte> plain)
    {
        if (!isUnderstood || plain.Length < 64) return (plain, 0);
        _buffer ??= new byte[WireLimits.MaxPayload];
        return Zstd.TryPack(DeltaLevel, plain.Span, _buffer.AsSpan(0, plain.Length - (plain.Length >> 5)), out var written) ? (_buffer.AsMemory(0, written), (uint)plain.Length) : (plain, 0);
    }

    /// <summary>Packs if it is worthwhile now.</summary>
    /// <param name="plain">What is to be sent.</param>
    /// <param name="destination">At least as long.</param>
    /// <param name="written">The packed length.</param>
    /// <param name="isVersion">It holds new versions of files.</param>
    public bool TryPack(ReadOnlySpan<byte> plain, Span<byte> destination, out int written, bool isVersion = false)
    {
        written = 0;
        if (!isUnderstood || plain.Length < SmallestPayload) return false;
        var burst = Grow(plain.Length);
        _hasVersions |= isVersion;
        if (burst > BurstLength && !_hasVersions && Rate.BytesPerSecond > WorthwhileBytesPerSecond) return false;
        if (_skip > 0)
        {
            _skip--;
            return false;
        }

        var begun = Stopwatch.GetTimestamp();
        // What does not shrink by an eighth is not worth unpacking; the short destination makes zstd give up early.
        var isPacked = Zstd.TryPack(burst <= TightLength ? TightLevel : _hasVersions ? DeltaLevel : FastLevel, plain, destination[..(plain.Length - (plain.Length >> 3))], out written);
        Rate.Packed(Stopwatch.GetElapsedTime(begun));
        if (!isPacked) _skip = SkipAfterFailure;
        return isPacked;
    }

    private long Grow(int length)
    {
        var now = Stopwatch.GetTimestamp();
        if (Stopwatch.GetElapsedTime(_last, now) >= BurstEnd)
        {
            _burst = 0;
            _hasVersions = false;
        }

        _last = now;
        return _burst += length;
    }
}
