using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class FirstSyncTests
{
    [Fact]
    public async Task An_empty_guest_gets_the_whole_tree()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => new TreeMaker(1).Fill(tree, 400));
        await pair.SyncAndCheckAsync();
        Assert.True(pair.Guest.Tree.Paths().Length > 300);
    }

    [Fact]
    public async Task An_empty_host_gets_what_the_guest_has()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        TestGuest guest = await pair.AddGuestAsync(tree => new TreeMaker(2).Fill(tree, 400));
        await pair.SyncAndCheckAsync();
        Assert.Equal(guest.Tree.Paths().Length, pair.Host.Tree.Paths().Length);
    }

    [Fact]
    public async Task An_empty_share_is_in_sync()
    {
        await using Pair pair = await Pair.StartAsync();
        await pair.SyncAndCheckAsync();
        await pair.Guest.StateAsync("in-sync");
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task Random_edits_on_both_sides_converge(int seed)
    {
        var maker = new TreeMaker(seed);
        await using Pair pair = await Pair.StartAsync(before: tree => maker.Fill(tree, 150));
        await pair.SyncAndCheckAsync();
        for (int round = 0; round < 3; round++)
        {
            new TreeMaker(seed + (100 * round)).Perturb(pair.Host.Tree, 30);
            await pair.SyncAndCheckAsync();
            new TreeMaker(seed + (100 * round) + 50).Perturb(pair.Guest.Tree, 30);
            await pair.SyncAndCheckAsync();
        }
    }

    [Fact]
    public async Task A_large_directory_and_a_long_path_arrive()
    {
        string deep = string.Join('/', Enumerable.Repeat(new string('d', 200), 15));
        await using Pair pair = await Pair.StartAsync();
        for (int i = 0; i < 5_000; i++)
            pair.Host.Tree.Put($"many/f{i}", "x"); // not the bare number: `4913` is ignored by default
        pair.Guest.Tree.Put(deep + "/end", "deep");
        await pair.SyncAndCheckAsync();
        pair.Check(deep + "/end", "deep");
    }

    /// <summary>Paths may be 4,096 bytes long, so a tree may be as deep as names are short.</summary>
    [Fact]
    public async Task A_tree_of_1000_levels_comes_and_goes()
    {
        string deep = string.Join('/', Enumerable.Repeat("d", 1_000));
        await using Pair pair = await Pair.StartAsync(policy: ["--max-delete", "100"]);
        pair.Host.Tree.Put(deep + "/end", "deep");
        await pair.SyncAndCheckAsync();
        pair.Host.Tree.Delete("d");
        await pair.SyncAndCheckAsync();
    }
}
