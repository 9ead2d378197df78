using Sync.EndToEnd.Tests.Crash;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>Names that come, go and come again faster than they can be looked at.</summary>
public sealed class ChurnTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_stands_at_a_name_in_the_end_stands_everywhere(bool onHost)
    {
        await using Pair pair = await Pair.StartAsync();
        TestTree here = onHost ? pair.Host.Tree : pair.Guest.Tree;
        var random = new Random(7);
        for (int round = 0; round < 12; round++)
        {
            for (int i = 0; i < 400; i++)
            {
                string path = $"d{random.Next(4)}/f{random.Next(6)}";
                if (here.Has(path)) here.Delete(path);
                if (random.Next(4) > 0) here.Put(path, $"{round} {i} {new string('x', random.Next(3_000))}");
                // Directories are listed anew when they change themselves: that must not undo what is known of their names.
                string directory = $"d{random.Next(4)}";
                if (random.Next(10) == 0 && here.Has(directory)) here.Mode(directory, random.Next(2) == 0 ? (UnixFileMode)0x1ED : (UnixFileMode)0x1C0);
            }

            await pair.SyncAndCheckAsync();
        }

        Assert.Equal(0, (await pair.Host.RunAsync("conflicts", "--json")).Expect(0).Json.GetProperty("conflicts").GetArrayLength());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Names_that_go_from_files_to_directories_and_back_make_no_conflicts(bool onHost)
    {
        await using Pair pair = await Pair.StartAsync();
        TestTree here = onHost ? pair.Host.Tree : pair.Guest.Tree;
        // Many at once: some of each one's answers come when it is two steps further.
        await Task.WhenAll(Enumerable.Range(0, 6).Select(number => Task.Run(async () =>
        {
            var writer = new SucceedingWriter(here, $"w{number}", number);
            for (int i = 0; i < 120; i++)
            {
                writer.Step();
                await Task.Delay(i % 30);
            }
        })));
        await pair.SyncAndCheckAsync();
        Assert.Equal(0, (await pair.Host.RunAsync("conflicts", "--json")).Expect(0).Json.GetProperty("conflicts").GetArrayLength());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_write_through_one_name_of_a_file_is_noticed_under_all(bool onHost)
    {
        await using Pair pair = await Pair.StartAsync();
        TestTree here = onHost ? pair.Host.Tree : pair.Guest.Tree;
        here.Put("a", "1").Put("large/a", new byte[3_000_000]).Put("alone", "x");
        await LinkAsync(here.At("a"), here.At("b"));
        await pair.SyncAndCheckAsync();
        here.MakeDirectory("d");
        await LinkAsync(here.At("a"), here.At("d/c"));
        await LinkAsync(here.At("large/a"), here.At("large/b"));
        await pair.SyncAndCheckAsync();
        pair.Check("d/c", "1");
        for (int i = 0; i < 3; i++)
        {
            File.AppendAllText(here.At("b"), $" and {i}");
            File.AppendAllText(here.At("large/b"), $" and {i}");
            await pair.SyncAndCheckAsync();
        }

        pair.Check("a", "1 and 0 and 1 and 2").Check("d/c", "1 and 0 and 1 and 2");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_flush_waits_for_the_last_of_several_writes(bool onHost)
    {
        await using Pair pair = await Pair.StartAsync();
        TestTree here = onHost ? pair.Host.Tree : pair.Guest.Tree;
        byte[] content = new byte[100_000_000];
        new Random(1).NextBytes(content);
        here.Put("large", content);
        await pair.SyncAndCheckAsync();
        for (int round = 0; round < 6; round++)
        {
            // Reading it takes longer than the time from one write to the next.
            for (int i = 0; i < 4; i++)
            {
                using FileStream file = File.OpenWrite(here.At("large"));
                file.Position = (round * 10_000_000) + (i * 1_000_000);
                file.WriteByte((byte)(round + i));
            }

            await pair.SyncAndCheckAsync();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_was_written_and_then_renamed_never_stands_elsewhere_half_written(bool onHost)
    {
        await using Pair pair = await Pair.StartAsync();
        (TestTree here, TestTree there) = onHost ? (pair.Host.Tree, pair.Guest.Tree) : (pair.Guest.Tree, pair.Host.Tree);
        byte[] end = new byte[300_000];
        for (int i = 0; i < 6; i++)
        {
            // The first half is seen there by itself before the second is written.
            using (FileStream file = File.Create(here.At($"{i}.part")))
            {
                file.Write(end.AsSpan(0, i % 2 == 0 ? 10 : 100_000));
                file.Flush();
                await Eventually.HoldsAsync(() => there.Has($"{i}.part"), () => "the beginning is there");
                file.Write(end);
            }

            File.Move(here.At($"{i}.part"), here.At($"{i}.end"));
            await Eventually.HoldsAsync(() => there.Has($"{i}.end"), () => "it is there");
            Assert.Equal(here.Stat($"{i}.end").Size, there.Stat($"{i}.end").Size);
        }

        await pair.SyncAndCheckAsync();
    }

    private static async Task LinkAsync(string existing, string name)
    {
        await using ProcessRun run = ProcessRun.Start("ln", existing, name);
        (await run.EndAsync(TimeSpan.FromSeconds(10))).Expect(0);
    }
}
