namespace Sync.Delta;

/// <summary>
/// The rules by which a content is cut into chunks, version 1. They are part of the format: a change of any of them
/// changes content ids, so it takes a new <see cref="Version"/>.
/// </summary>
/// <remarks>
/// <para>Pieces first: a gear hash over the last 64 bytes (FastCDC, Xia et al., USENIX ATC 2016 and TPDS 2020, with normalised
/// chunking) cuts the content into pieces of 8 to 64 KiB, about 19 KiB on average. These cuts depend on the bytes alone.</para>
/// <para>Chunks are runs of whole pieces. How many depends on where the chunk <em>starts</em> (<see cref="SizeClass"/>), not on how long the file is:
/// in the first 16 MiB a piece is a chunk, then up to 256 MiB chunks have about 56 KiB, up to 4 GiB about 200 KiB, beyond that about 780 KiB.
/// A class cuts only where the next finer one would cut too, at every second such place or so, told by the hash: coarser cuts are a subset of finer ones.</para>
/// <para>What follows. A file that grows keeps every chunk but its last, whatever classes it grows past (the one exception: from at most
/// <see cref="SingleChunkLength"/> to above it). An insertion or deletion of n bytes changes the chunks around it, and about n bytes at each
/// class border behind it. Only if an edit makes the pieces fall out of step for long (long periodic data, cut at its maximum size) does more change.</para>
/// </remarks>
public static class Chunker
{
    /// <summary>The version of these rules; part of every content id of a file.</summary>
    public const byte Version = 1;

    /// <summary>A content of 1 byte to this many (64 KiB) is always exactly one chunk. An empty one has none.</summary>
    public const int SingleChunkLength = 64 << 10;

    /// <summary>No chunk is longer (4 MiB).</summary>
    public const int MaxChunkLength = 4 << 20;

    /// <summary>Shortest piece, but for the last of a content.</summary>
    internal const int PieceMin = 8 << 10;

    /// <summary>Up to here a cut takes a rare hash, from here on a common one, so that lengths gather around it.</summary>
    internal const int PieceNormal = 16 << 10;

    /// <summary>A piece that found no cut by content ends here.</summary>
    internal const int PieceMax = 64 << 10;

    /// <summary>Bytes a gear hash remembers: one per bit.</summary>
    internal const int Window = 64;

    /// <summary>A cut before <see cref="PieceNormal"/>: 16 leading zero bits, one position in 65,536.</summary>
    internal const ulong RareHash = ulong.MaxValue >> 16;

    /// <summary>A cut after <see cref="PieceNormal"/>: 12 leading zero bits, one position in 4,096.</summary>
    internal const ulong CommonHash = ulong.MaxValue >> 12;

    /// <summary>The most chunks that a content of this length can have: bounds what a peer can make us allocate.</summary>
    /// <param name="length">In bytes; not negative.</param>
    public static long MaxCount(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length <= SingleChunkLength) return length == 0 ? 0 : 1;
        long count = 1;
        foreach (ref readonly var sizes in SizeClass.All)
        {
            if (length <= sizes.From) break;
            count += (Math.Min(length, sizes.To) - sizes.From) / sizes.Min + 1;
        }
        return count;
    }

    /// <summary>Whether these rules can give a chunk of this length at this place of a content.</summary>
    internal static bool CanHold(long contentLength, long offset, long chunkLength)
    {
        if (contentLength <= SingleChunkLength) return offset == 0 && chunkLength == contentLength;
        ref readonly var sizes = ref SizeClass.At(offset);
        return chunkLength <= sizes.Max && (chunkLength >= sizes.Min || (chunkLength > 0 && offset + chunkLength == contentLength));
    }
}
