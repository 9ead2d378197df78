namespace Sync.Benchmarks;

/// <summary>The bytes that are worked on: the same in each run.</summary>
internal static class Contents
{
    /// <summary>64 MiB.</summary>
    public const int Length = 64 << 20;

    private const int Pages = 64;
    private const int Page = 4 << 10;
    private const int Inserted = 17;

    /// <summary>Noise; another seed makes other noise.</summary>
    public static byte[] Random(int seed, int length = Length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>A content, and the one that follows it.</summary>
    public static (byte[] Before, byte[] After) Pair(Edit edit)
    {
        var before = edit is Edit.Zeros ? new byte[Length] : Random(1);
        var random = new Random(2);
        switch (edit)
        {
            case Edit.Unrelated:
                return (before, Random(3));
            case Edit.Insertion:
                var longer = new byte[Length + Inserted];
                random.NextBytes(longer.AsSpan(0, Inserted));
                before.CopyTo(longer.AsSpan(Inserted));
                return (before, longer);
            case Edit.Zeros:
                var zeros = new byte[Length];
                zeros[Length / 3] = 1;
                return (before, zeros);
            default:
                var after = (byte[])before.Clone();
                for (var i = 0; i < Pages; i++)
                    random.NextBytes(after.AsSpan(random.Next(Length / Page) * Page, Page));
                return (before, after);
        }
    }
}
