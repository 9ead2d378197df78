using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Sync.Delta;

/// <summary>
/// What tells a sender which blocks of a small content the receiver has: keyed sums of <see cref="SumSize"/> bytes, one a block, and last one of the bytes
/// at the content's end, which may overlap the block before. A thirtieth of the content's length; travels with the request for its next version. Two blocks
/// with one sum, by craft or chance (one content of 64 KiB in 256, of 10 KiB in 5,000), make a patch that the receiver finds wrong: it then asks for all of it.
/// </summary>
public sealed class PatchSums
{
    /// <summary>Of a sum, in bytes.</summary>
    public const int SumSize = 4;

    /// <summary>The longest content that is patched, in bytes, and the longest basis.</summary>
    public const int MaxLength = Chunker.SingleChunkLength;

    /// <summary>Shorter contents, in bytes, travel whole: their sums and a request would cost as much.</summary>
    public const int WorthwhileLength = 1024;

    private const int SmallBlock = 128;
    private const int LargeBlock = 256;
    private const int SmallBlocksTo = 16 << 10;

    private PatchSums(ulong multiplier, int basisLength, ReadOnlyMemory<byte> bytes)
    {
        Multiplier = multiplier;
        BasisLength = basisLength;
        Bytes = bytes;
    }

    /// <summary>The key: odd, new for each request.</summary>
    public ulong Multiplier { get; }

    /// <summary>Of the content they are of, in bytes.</summary>
    public int BasisLength { get; }

    /// <summary>The sums, in order.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>In bytes. Of 1,900 source files with one line in twelve rewritten, 8.9 MB (2.6 MB packed), sums and packed literals are 1.8 MB with blocks of
    /// 256 bytes, 1.4 MB with 128 and 1.3 MB with 64; real changes are fewer, and sums cost where nothing has changed there too.</summary>
    internal int BlockSize => BlockSizeFor(BasisLength);

    /// <summary>How many sums there are.</summary>
    internal int Count => Bytes.Length / SumSize;

    /// <summary>The sums of a content, with a new key.</summary>
    /// <inheritdoc cref="Of(ReadOnlySpan{byte}, ulong)"/>
    public static PatchSums Of(ReadOnlySpan<byte> basis)
    {
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(key);
        return Of(basis, BitConverter.ToUInt64(key));
    }

    /// <summary>The sums of a content.</summary>
    /// <param name="basis">From <see cref="WorthwhileLength"/> to <see cref="MaxLength"/> bytes.</param>
    /// <param name="key">That nobody can guess: another for each request.</param>
    /// <exception cref="ArgumentOutOfRangeException">The basis is longer or shorter.</exception>
    public static PatchSums Of(ReadOnlySpan<byte> basis, ulong key)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(basis.Length, WorthwhileLength);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(basis.Length, MaxLength);
        var multiplier = key | 1;
        var size = BlockSizeFor(basis.Length);
        var rolling = new RollingSum(multiplier, size);
        var bytes = new byte[CountFor(basis.Length) * SumSize];
        var sums = new PatchSums(multiplier, basis.Length, bytes);
        for (var block = 0; block < sums.Count; block++)
        {
            var sum = sums.Shorten(rolling.Of(basis.Slice(sums.OffsetOf(block), size)));
            for (var i = 0; i < SumSize; i++) bytes[(block * SumSize) + i] = (byte)(sum >> (8 * i));
        }

        return sums;
    }

    /// <summary>Takes sums from a peer; false if they cannot be what <see cref="Of"/> made.</summary>
    public static bool TryTake(ulong multiplier, ulong basisLength, ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out PatchSums? sums)
    {
        sums = null;
        if (basisLength is < WorthwhileLength or > MaxLength || bytes.Length != CountFor((int)basisLength) * SumSize || (multiplier & 1) == 0) return false;
        sums = new PatchSums(multiplier, (int)basisLength, bytes);
        return true;
    }

    /// <summary>Where a block begins in the content.</summary>
    internal int OffsetOf(int block) => Math.Min(block * BlockSize, BasisLength - BlockSize);

    /// <summary>A block's sum.</summary>
    internal ulong this[int block]
    {
        get
        {
            var bytes = Bytes.Span.Slice(block * SumSize, SumSize);
            ulong sum = 0;
            for (var i = SumSize - 1; i >= 0; i--) sum = (sum << 8) | bytes[i];
            return sum;
        }
    }

    /// <summary>The part of a rolling sum that travels: the highest bits, once all bytes are in them (the last byte of a block has the factor 1).</summary>
    internal ulong Shorten(ulong rolling) => (rolling * Multiplier) >> (64 - (8 * SumSize));

    private static int CountFor(int length) => (length + BlockSizeFor(length) - 1) / BlockSizeFor(length);

    private static int BlockSizeFor(int length) => length <= SmallBlocksTo ? SmallBlock : LargeBlock;
}
