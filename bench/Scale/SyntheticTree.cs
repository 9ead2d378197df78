using System.Buffers.Binary;
using System.Globalization;

namespace Sync.Bench.Scale;

/// <summary>
/// A tree as source trees are: most files below 16 KiB, about fifteen to a directory, eight directories in each. The same for the same seed, whatever
/// the number of writers; bytes that nothing makes smaller, and no two files alike.
/// </summary>
internal sealed class SyntheticTree(int files, int seed)
{
    public const int FilesPerDirectory = 15;
    private const int DirectoriesPerDirectory = 8;
    private const int Largest = 1 << 20;
    private static readonly string[] Stems = ["main", "util", "driver", "index", "parser", "readme", "config", "handler", "test", "types", "io_core", "module"];
    private static readonly string[] Extensions = [".c", ".h", ".cs", ".txt", ".json", ".md", ".o", ".py"];

    /// <summary>Directories, the root not counted.</summary>
    public int Directories => (files + FilesPerDirectory - 1) / FilesPerDirectory;

    /// <summary>Writes it. Two writers: a third waits for the directory's lock or for a core.</summary>
    /// <param name="root">Made; must be empty.</param>
    /// <exception cref="IOException">It is not empty, or cannot be written.</exception>
    public MadeTree Write(string root)
    {
        Directory.CreateDirectory(root);
        if (Directory.EnumerateFileSystemEntries(root).Any())
            throw new IOException($"{root} is not empty");
        for (var d = 0; d < Directories; d++)
            Directory.CreateDirectory(Path.Combine(root, PathOf(d)));
        // One buffer of noise, from which every file takes a piece: making the bytes would cost more than writing them.
        var noise = new byte[2 * Largest];
        new Random(seed).NextBytes(noise);
        var total = 0L;
        Parallel.For(0, Directories, new ParallelOptions { MaxDegreeOfParallelism = 2 }, d => Interlocked.Add(ref total, WriteFiles(Path.Combine(root, PathOf(d)), d, noise)));
        return new MadeTree(files, Directories, total);
    }

    private long WriteFiles(string directory, int number, byte[] noise)
    {
        var random = new Random(HashCode(seed, number));
        var total = 0L;
        var first = number * FilesPerDirectory;
        for (var i = first; i < Math.Min(files, first + FilesPerDirectory); i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{Stems[random.Next(Stems.Length)]}_{i}{Extensions[random.Next(Extensions.Length)]}");
            var length = Length(random);
            var bytes = noise.AsSpan(random.Next(Largest), length).ToArray();
            if (length >= sizeof(int))
                BinaryPrimitives.WriteInt32LittleEndian(bytes, i);
            using var file = File.OpenHandle(Path.Combine(directory, name), FileMode.CreateNew, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
            RandomAccess.Write(file, bytes, 0);
            total += length;
        }

        return total;
    }

    // Three in a hundred are empty, two thirds below 4 KiB, nineteen of twenty below 16 KiB, one in a thousand up to 1 MiB: 5 KB on average.
    private static int Length(Random random) => random.Next(1000) switch
    {
        < 30 => 0,
        < 630 => Between(random, 64, 4 << 10),
        < 950 => Between(random, 4 << 10, 16 << 10),
        < 999 => Between(random, 16 << 10, 64 << 10),
        _ => Between(random, 64 << 10, Largest),
    };

    // Even on a logarithmic scale.
    private static int Between(Random random, int least, int most) => (int)(least * Math.Pow((double)most / least, random.NextDouble()));

    private static string PathOf(int directory)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"dir_{directory}");
        return directory < DirectoriesPerDirectory ? name : Path.Combine(PathOf(directory / DirectoriesPerDirectory - 1), name);
    }

    // Not HashCode.Combine, which is another in each process.
    private static int HashCode(int a, int b) => unchecked((int)((((uint)a * 2654435761u) ^ (uint)b) * 2246822519u));
}
