using System.IO.MemoryMappedFiles;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>Files long enough that what is known of them is not hashed again (decision 0025): however they are edited, on whichever side, both are the same.</summary>
public sealed class LongFileTests
{
    private const string Name = "long.bin";

    [Fact]
    public async Task Edits_of_every_kind_on_both_sides_in_turn()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => File.WriteAllBytes(tree.At(Name), Random(1, (36 << 20) + 123)));
        await pair.SyncAndCheckAsync();
        var seed = 10;
        foreach (Action<string, int> edit in (Action<string, int>[])[Pages, Append, Insert, Mapped, Shorten, Replace, Pages, Everything, LastByte, Pages])
        {
            edit(pair.Host.Tree.At(Name), seed++);
            await pair.SyncAndCheckAsync();
            edit(pair.Guest.Tree.At(Name), seed++);
            await pair.SyncAndCheckAsync();
        }
    }

    [Fact]
    public async Task Written_to_again_and_again_while_it_is_read()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => File.WriteAllBytes(tree.At(Name), Random(1, 33 << 20)));
        await pair.SyncAndCheckAsync();
        using (var file = File.OpenHandle(pair.Host.Tree.At(Name), FileMode.Open, FileAccess.Write))
        {
            var random = new Random(7);
            for (var i = 0; i < 400; i++)
            {
                RandomAccess.Write(file, Random(i, 4096), random.Next(8448) * 4096L);
                if (i % 40 == 39) (await pair.Host.RunAsync("flush", "--timeout", "60s")).Expect(0);
            }
        }

        await pair.SyncAndCheckAsync();
        Assert.Equal([Name], pair.Guest.Tree.Paths().Where(p => !p.StartsWith('.')));
    }

    private static void Pages(string path, int seed)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        var pages = RandomAccess.GetLength(file) / 4096;
        var random = new Random(seed);
        for (var i = 0; i < 12; i++) RandomAccess.Write(file, Random(seed + i, 4096), random.NextInt64(pages) * 4096);
    }

    private static void Append(string path, int seed)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        RandomAccess.Write(file, Random(seed, 700_001), RandomAccess.GetLength(file));
    }

    private static void Insert(string path, int seed)
    {
        byte[] edited = [.. Random(seed, 17), .. File.ReadAllBytes(path)];
        File.WriteAllBytes(path, edited);
    }

    private static void Mapped(string path, int seed)
    {
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open);
        using var view = file.CreateViewAccessor();
        view.WriteArray(20_000_000 + (seed * 1000), Random(seed, 5000), 0, 5000);
        view.Flush();
    }

    private static void Shorten(string path, int seed)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write);
        file.SetLength(file.Length - 300_000 - seed);
    }

    private static void Replace(string path, int seed)
    {
        var edited = File.ReadAllBytes(path);
        Random(seed, 10_000).CopyTo(edited, 11_000_000);
        File.WriteAllBytes(path + ".new", edited);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static void Everything(string path, int seed) => File.WriteAllBytes(path, Random(seed, 34 << 20));

    private static void LastByte(string path, int seed)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        var at = RandomAccess.GetLength(file) - 1;
        var last = new byte[1];
        Assert.Equal(1, RandomAccess.Read(file, last, at));
        last[0] ^= (byte)(1 + (seed % 100));
        RandomAccess.Write(file, last, at);
    }

    private static byte[] Random(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
