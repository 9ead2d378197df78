using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class LiveEditTests
{
    [Fact]
    public async Task Edits_go_both_ways()
    {
        await using Pair pair = await Pair.StartAsync();
        pair.Host.Tree.Put("a.txt", "from host");
        pair.Guest.Tree.Put("b/c.txt", "from guest");
        await pair.SyncAndCheckAsync();
        pair.Check("a.txt", "from host").Check("b/c.txt", "from guest");
        pair.Host.Tree.Put("b/c.txt", "host again");
        pair.Guest.Tree.Put("a.txt", "guest again");
        await pair.SyncAndCheckAsync();
        pair.Check("a.txt", "guest again").Check("b/c.txt", "host again");
    }

    [Fact]
    public async Task A_change_arrives_without_a_flush()
    {
        await using Pair pair = await Pair.StartAsync();
        pair.Host.Tree.Put("a", "1");
        await Eventually.HoldsAsync(() => pair.Guest.Tree.Has("a"), () => "a on the guest");
        pair.Guest.Tree.Put("b", "2");
        await Eventually.HoldsAsync(() => pair.Host.Tree.Has("b"), () => "b on the host");
    }

    [Fact]
    public async Task Deletions_go_both_ways()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1").Put("b", "2").Put("d/e/f", "3").Put("d/g", "4"));
        await pair.SyncAsync();
        pair.Host.Tree.Delete("a");
        pair.Guest.Tree.Delete("d");
        await pair.SyncAndCheckAsync();
        pair.Check("a", null).Check("d", null).Check("b", "2");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Files_that_change_names_in_swaps_and_rings_carry_no_content(bool onHost)
    {
        await using Pair pair = await Pair.StartAsync();
        TestTree here = onHost ? pair.Host.Tree : pair.Guest.Tree;
        var random = new Random(4);
        foreach (string name in (string[])["a", "b", "c", "d", "e"])
        {
            byte[] content = new byte[400_000];
            random.NextBytes(content);
            here.Put(name, content);
        }

        await pair.SyncAndCheckAsync();
        long before = await MovedAsync();
        for (int round = 0; round < 8; round++)
        {
            here.Move("a", "x").Move("b", "a").Move("x", "b");
            here.Move("c", "x").Move("e", "c").Move("d", "e").Move("x", "d");
            if (round % 2 == 1)
                await pair.SyncAndCheckAsync();
        }

        Assert.InRange(await MovedAsync() - before, 0, 100_000);

        async Task<long> MovedAsync()
        {
            System.Text.Json.JsonElement status = await pair.Guest.StatusAsync();
            return status.GetProperty("bytesReceived").GetInt64() + status.GetProperty("bytesSent").GetInt64();
        }
    }

    [Fact]
    public async Task Renames_of_files_and_directories_carry_no_content()
    {
        byte[] big = new byte[3_000_000];
        new Random(1).NextBytes(big);
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("big", big).Put("d/x", big).Put("d/e/y", "y"));
        await pair.SyncAsync();
        long before = (await pair.Guest.StatusAsync()).GetProperty("bytesReceived").GetInt64();
        pair.Host.Tree.Move("big", "moved/big2").Move("d", "d2");
        await pair.SyncAndCheckAsync();
        long after = (await pair.Guest.StatusAsync()).GetProperty("bytesReceived").GetInt64();
        Assert.InRange(after - before, 0, 100_000);

        long sent = (await pair.Guest.StatusAsync()).GetProperty("bytesSent").GetInt64();
        pair.Guest.Tree.Move("d2", "moved/d3");
        await pair.SyncAndCheckAsync();
        Assert.InRange((await pair.Guest.StatusAsync()).GetProperty("bytesSent").GetInt64() - sent, 0, 100_000);
        pair.Check("moved/d3/e/y", "y").Check("d", null).Check("d2", null).Check("big", null);
    }

    [Fact]
    public async Task A_rename_with_an_edit_arrives_whole()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("d/a", "old"));
        await pair.SyncAsync();
        pair.Host.Tree.Move("d", "e").Put("e/a", "new");
        await pair.SyncAndCheckAsync();
        pair.Check("e/a", "new").Check("d", null);
    }

    [Fact]
    public async Task A_case_only_rename_is_kept()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("readme", "r").Put("dir/x", "x"));
        await pair.SyncAsync();
        pair.Host.Tree.Move("readme", "README");
        pair.Guest.Tree.Move("dir", "Dir");
        await pair.SyncAndCheckAsync();
        Assert.Equal(["Dir", "Dir/x", "README"], pair.Guest.Tree.Paths());
    }

    [Fact]
    public async Task Names_swapped_stay_swapped()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "A").Put("b", "B"));
        await pair.SyncAsync();
        pair.Host.Tree.Move("a", "t").Move("b", "a").Move("t", "b");
        await pair.SyncAndCheckAsync();
        pair.Check("a", "B").Check("b", "A");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Equal_files_that_come_together_travel_once(bool onHost)
    {
        const int contents = 12, copies = 5, length = 300_000;
        await using Pair pair = await Pair.StartAsync();
        TestTree here = onHost ? pair.Host.Tree : pair.Guest.Tree;
        var random = new Random(3);
        for (int i = 0; i < contents; i++)
        {
            byte[] content = new byte[length];
            random.NextBytes(content);
            for (int copy = 0; copy < copies; copy++)
                here.Put($"d{copy}/f{i}", content);
        }

        await pair.SyncAndCheckAsync();
        long moved = (await pair.Guest.StatusAsync()).GetProperty(onHost ? "bytesReceived" : "bytesSent").GetInt64();
        // What is made while the first of them is under way may be sent for itself once.
        Assert.InRange(moved, contents * length, 2 * contents * length);
    }
}
