using System.Text.Json;
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

    /// <summary>Either end is killed while a large file is on its way, up or down: the rest follows, not the whole again.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_interrupted_transfer_goes_on_where_it_stopped(bool up)
    {
        const int Size = 300_000_000;
        await using Pair pair = await Pair.StartAsync();
        byte[] bytes = new byte[Size];
        new Random(3).NextBytes(bytes);
        (up ? pair.Guest.Tree : pair.Host.Tree).Put("large", bytes);
        string staging = (up ? pair.Host.Tree : pair.Guest.Tree).At(".sync/staging");
        string? part = null;
        Assert.True(SpinWait.SpinUntil(() => (part = Directory.EnumerateFiles(staging, "p-*").FirstOrDefault()) is not null && new FileInfo(part).Length > Size / 4, TimeSpan.FromSeconds(30)), "the transfer has not begun");
        // The other end lives on, and counts.
        await pair.Host.KillAsync();
        Assert.True(File.Exists(part), "the transfer was over before the kill");
        await pair.Host.StartAsync();
        await pair.SyncAndCheckAsync();
        string counter = up ? "bytesSent" : "bytesReceived";
        Assert.InRange((await pair.Guest.StatusAsync()).GetProperty(counter).GetInt64(), Size / 2, Size + 60_000_000L);
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

    [Fact]
    public async Task A_placement_that_a_power_cut_has_torn_is_fetched_again_and_never_proposed()
    {
        Assert.SkipUnless(Environment.UserName == "root", "a boot id of its own needs root");
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "the first state").Put("b", "the first state"));
        await pair.SyncAsync();
        await pair.Guest.KillAsync();
        string bootId = pair.Guest.DataDirectory + ".boot-id";
        await File.WriteAllTextAsync(bootId, Guid.NewGuid().ToString() + "\n", TestContext.Current.CancellationToken);
        pair.Guest.SeeBootId(bootId);
        pair.Host.Tree.Put("a", "the second state");
        // As a disk shows it that got the name and the times, but not the bytes.
        Libc.Stat stat = pair.Host.Tree.Stat("a");
        pair.Guest.Tree.Put("a", new byte[stat.Size]).Mtime("a", stat.MtimeNs).Put("b", "an edit while it was down");
        await pair.Guest.StartAsync();
        await pair.SyncAndCheckAsync();
        pair.Check("a", "the second state").Check("b", "an edit while it was down");
        JsonElement versions = (await pair.Guest.RunAsync("versions", "list", "--json", "a")).Expect(0).Json.GetProperty("versions");
        Assert.Equal("torn", Assert.Single(versions.EnumerateArray()).GetProperty("reason").GetString());
    }
}
