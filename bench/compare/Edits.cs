using System.Globalization;

namespace Sync.Bench.Compare;

/// <summary>What is done to a source. The same bytes in every run.</summary>
internal static class Edits
{
    public const int Pages = 64;
    public const int PageBytes = 4096;
    public const int InsertedBytes = 17;
    public const int AppendedBytes = 1 << 20;
    public const int BurstFiles = 1_000;
    private const int Seed = 20261124;
    private const int Block = 1 << 20;

    /// <summary>Rewrites 64 pages in place.</summary>
    public static void RewritePages(string path)
    {
        var random = new Random(Seed);
        var page = new byte[PageBytes];
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        var pages = RandomAccess.GetLength(file) / PageBytes;
        for (var i = 0; i < Pages; i++)
        {
            random.NextBytes(page);
            RandomAccess.Write(file, page, random.NextInt64(pages) * PageBytes);
        }
    }

    /// <summary>Makes a file with 17 bytes more at its front.</summary>
    public static void InsertAtFront(string from, string to)
    {
        var buffer = new byte[Block];
        new Random(Seed).NextBytes(buffer.AsSpan(0, InsertedBytes));
        using var source = File.OpenHandle(from);
        using var target = File.OpenHandle(to, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.Write(target, buffer.AsSpan(0, InsertedBytes), 0);
        var at = 0L;
        for (int read; (read = RandomAccess.Read(source, buffer, at)) > 0; at += read)
            RandomAccess.Write(target, buffer.AsSpan(0, read), at + InsertedBytes);
    }

    /// <summary>Adds 1 MiB at the end, in place.</summary>
    public static void Append(string path)
    {
        var bytes = new byte[AppendedBytes];
        new Random(Seed + 1).NextBytes(bytes);
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        RandomAccess.Write(file, bytes, RandomAccess.GetLength(file));
    }

    /// <summary>Makes a directory of a thousand files.</summary>
    public static void Burst(string folder)
    {
        var random = new Random(Seed);
        var bytes = new byte[SaveProbe.SaveBytes];
        Directory.CreateDirectory(folder);
        for (var i = 0; i < BurstFiles; i++)
        {
            random.NextBytes(bytes);
            File.WriteAllBytes(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"b{i:D4}")), bytes);
        }
    }
}
