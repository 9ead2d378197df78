namespace Sync.Bench;

/// <summary>Files for the share: the same for the same seed.</summary>
internal static class GeneratedFiles
{
    private const int Seed = 20261122;
    private const int FilesPerDirectory = 16;
    private const int SmallestFile = 200;
    private const int LargestFile = 16_000;
    private const int Block = 1 << 20;

    /// <summary>Makes many small files, sixteen to a directory, and returns their bytes in all.</summary>
    public static long Tree(string directory, int count)
    {
        var random = new Random(Seed);
        var bytes = new byte[LargestFile];
        var total = 0L;
        for (var i = 0; i < count; i++)
        {
            var folder = Path.Combine(directory, $"d{i / FilesPerDirectory / 64:D3}", $"e{i / FilesPerDirectory % 64:D2}");
            if (i % FilesPerDirectory is 0)
                Directory.CreateDirectory(folder);
            var length = random.Next(SmallestFile, LargestFile);
            random.NextBytes(bytes.AsSpan(0, length));
            File.WriteAllBytes(Path.Combine(folder, $"f{i:D6}.bin"), bytes.AsSpan(0, length));
            total += length;
        }

        return total;
    }

    /// <summary>Makes one large file that no compression or known chunk makes smaller.</summary>
    /// <param name="path">The file, which must not be there.</param>
    /// <param name="length">In bytes.</param>
    /// <param name="variant">Another number makes other bytes.</param>
    public static void Bulk(string path, long length, int variant = 0)
    {
        var random = new Random(Seed + 1 + variant);
        var block = new byte[Block];
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        for (var at = 0L; at < length; at += Block)
        {
            random.NextBytes(block);
            RandomAccess.Write(file, block.AsSpan(0, (int)Math.Min(Block, length - at)), at);
        }

        // What the kernel has still to write would be measured too.
        RandomAccess.FlushToDisk(file);
    }
}
