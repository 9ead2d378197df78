namespace Sync.Delta;

/// <summary>How long the chunks are that start in one range of a content. See <see cref="Chunker"/>.</summary>
/// <param name="From">First offset of the range.</param>
/// <param name="To">Offset behind the range.</param>
/// <param name="Min">Shortest chunk, but for the last of a content.</param>
/// <param name="Max">Longest chunk.</param>
/// <param name="LastHash">The largest hash at which a run of pieces ends. Each bit fewer doubles the chunks' average length beyond <paramref name="Min"/>.</param>
internal readonly record struct SizeClass(long From, long To, int Min, int Max, ulong LastHash)
{
    private const int Ki = 1 << 10;
    private const long Mi = 1 << 20;
    private const long Gi = 1 << 30;

    // After Min, a piece (19 KiB on average, its hash having 12 zero bits or more) ends the run with probability 1, 1/2, 1/8, 1/32:
    // chunks of 19, 60, 260 and 1,070 KiB on average, and under 0.3 % of them reach Max.
    private static readonly SizeClass[] Classes =
    [
        new(0, 16 * Mi, Chunker.PieceMin, Chunker.PieceMax, ulong.MaxValue),
        new(16 * Mi, 256 * Mi, 32 * Ki, 256 * Ki, ulong.MaxValue >> 13),
        new(256 * Mi, 4 * Gi, 128 * Ki, 1024 * Ki, ulong.MaxValue >> 15),
        new(4 * Gi, long.MaxValue, 512 * Ki, Chunker.MaxChunkLength, ulong.MaxValue >> 17),
    ];

    /// <summary>All classes, in order of their ranges.</summary>
    public static ReadOnlySpan<SizeClass> All => Classes;

    /// <summary>The class of a chunk that starts at <paramref name="offset"/>.</summary>
    public static ref readonly SizeClass At(long offset)
    {
        var i = 0;
        while (offset >= Classes[i].To) i++;
        return ref Classes[i];
    }

    /// <summary>
    /// Whether a chunk ends at the end of a piece, given the chunk's length so far. It must when one more piece could pass <see cref="Max"/>.
    /// </summary>
    public bool Ends(int length, ulong hash) => length >= Min && (hash <= LastHash || length > Max - Chunker.PieceMax);
}
