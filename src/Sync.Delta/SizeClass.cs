namespace Sync.Delta;

/// <summary>How long the chunks are that start in one range of a content. See <see cref="Chunker"/>.</summary>
/// <param name="From">First offset of the range.</param>
/// <param name="To">Offset behind the range.</param>
/// <param name="Min">Shortest chunk, but for the last of a content.</param>
/// <param name="Max">Longest chunk.</param>
/// <param name="LastHash">The largest hash at which a chunk ends by content. Each class asks for one more zero bit, so half of the finer class's cuts qualify.</param>
internal readonly record struct SizeClass(long From, long To, int Min, int Max, ulong LastHash)
{
    private const int Ki = 1 << 10;
    private const long Mi = 1 << 20;
    private const long Gi = 1 << 30;

    // A piece is 19 KiB on average, its hash having 12 zero bits or more. Beyond its Min, each class ends a chunk at every second cut of the
    // class before: chunks of 19, 56, 200 and 780 KiB on average (measured, 5 GiB of random bytes).
    private static readonly SizeClass[] Classes =
    [
        new(0, 16 * Mi, Chunker.PieceMin, Chunker.PieceMax, ulong.MaxValue),
        new(16 * Mi, 256 * Mi, 32 * Ki, 256 * Ki, ulong.MaxValue >> 13),
        new(256 * Mi, 4 * Gi, 128 * Ki, 1024 * Ki, ulong.MaxValue >> 14),
        new(4 * Gi, long.MaxValue, 512 * Ki, Chunker.MaxChunkLength, ulong.MaxValue >> 15),
    ];

    /// <summary>All classes, in order of their ranges.</summary>
    public static ReadOnlySpan<SizeClass> All => Classes;

    /// <summary>The class of a chunk that starts at <paramref name="offset"/>.</summary>
    public static ref readonly SizeClass At(long offset) => ref Classes[IndexAt(offset)];

    /// <summary>Which of <see cref="All"/> it is.</summary>
    public static int IndexAt(long offset)
    {
        var i = 0;
        while (offset >= Classes[i].To) i++;
        return i;
    }

    /// <summary>
    /// Whether a chunk of this class ends where one of the class before does, given its length so far and that class's <see cref="Max"/>:
    /// it must when one more of those could pass this <see cref="Max"/>.
    /// </summary>
    public bool Ends(int length, ulong hash, int finerMax) => length >= Min && (hash <= LastHash || length > Max - finerMax);
}
