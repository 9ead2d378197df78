using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class RestartTests
{
    [Fact]
    public async Task A_restart_hashes_nothing_that_did_not_change()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => new TreeMaker(5).Fill(tree, 300));
        await pair.SyncAsync();
        await pair.Guest.RestartAsync();
        await pair.Host.RestartAsync();
        await pair.Guest.StateAsync("in-sync");
        await pair.SyncAndCheckAsync();
        Assert.Equal(0, (await pair.Guest.StatusAsync()).GetProperty("filesHashed").GetInt64());
        Assert.Equal(0, (await pair.Host.StatusAsync()).GetProperty("filesHashed").GetInt64());
    }

    [Fact]
    public async Task A_restart_misses_nothing_that_changed()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => new TreeMaker(6).Fill(tree, 100));
        await pair.SyncAsync();
        await pair.WhileApartAsync(() => new TreeMaker(7).Perturb(pair.Guest.Tree, 20));
        await pair.SyncAndCheckAsync();
    }

    [Fact]
    public async Task Kills_lose_nothing()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => new TreeMaker(8).Fill(tree, 100));
        for (int round = 0; round < 3; round++)
        {
            pair.Host.Tree.Put($"round/{round}", "host");
            pair.Guest.Tree.Put($"guest/{round}", "guest");
            await pair.Guest.KillAsync();
            await pair.Host.KillAsync();
            await pair.Host.StartAsync();
            await pair.Guest.StartAsync();
            await pair.Guest.StateAsync("syncing", "in-sync");
        }

        await pair.SyncAndCheckAsync();
        pair.Check("round/2", "host").Check("guest/2", "guest");
    }

    [Fact]
    public async Task Flush_means_durable_even_if_both_are_killed_right_after()
    {
        await using Pair pair = await Pair.StartAsync();
        pair.Guest.Tree.Put("a", "acknowledged");
        await pair.Guest.FlushAsync();
        await pair.Host.KillAsync();
        await pair.Guest.KillAsync();
        pair.Host.Tree.Check("a", "acknowledged");
    }
}
