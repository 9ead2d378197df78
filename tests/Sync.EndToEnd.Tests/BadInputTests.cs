using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class BadInputTests
{
    [Fact]
    public async Task A_port_in_use_is_a_clear_error()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        await using var second = new TestHost(pair.Temporary("second.data"), pair.Host.Port, "x=" + Directory.CreateDirectory(pair.Temporary("x")).FullName);
        (await second.StartToFailAsync()).ExpectError(1, pair.Host.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Two_agents_on_one_data_directory_are_refused()
    {
        await using Pair pair = await Pair.StartAsync();
        await using var host = new TestHost(pair.Host.DataDirectory, FreePort.Take());
        (await host.StartToFailAsync()).ExpectError(1, pair.Host.DataDirectory);
        await using var guest = new TestGuest(pair.Guest.DataDirectory, pair.Guest.Tree);
        (await guest.StartToFailAsync()).ExpectError(1, pair.Guest.DataDirectory);
        pair.Host.Tree.Put("a", "still works");
        await pair.SyncAndCheckAsync();
    }

    [Fact]
    public async Task A_share_inside_a_share_is_refused()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.MakeDirectory("inner"));
        (await pair.Host.RunAsync("share", "add", "inner", pair.Host.Tree.At("inner"))).ExpectError(1, "inner");
        (await pair.Host.RunAsync("share", "add", "outer", Path.GetDirectoryName(pair.Host.Tree.Root)!)).ExpectError(1);
    }

    [Fact]
    public async Task A_share_that_holds_the_data_directory_is_refused()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        string outer = Directory.CreateDirectory(pair.Temporary("outer")).FullName;
        await using var host = new TestHost(Path.Combine(outer, "data"), FreePort.Take(), "outer=" + outer);
        (await host.StartToFailAsync()).ExpectError(1, outer);
    }

    [Fact]
    public async Task A_missing_directory_is_refused()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        string missing = pair.Temporary("missing");
        (await pair.Host.RunAsync("share", "add", "missing", missing)).ExpectError(1, missing);
    }

    [Fact]
    public async Task A_command_line_that_is_not_understood_is_2()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        (await pair.Host.RunAsync("nonsense")).Expect(2);
        (await pair.Host.RunAsync("invite")).Expect(2);
        (await pair.NewGuest().RunAsync("join")).Expect(2);
    }

    [Fact]
    public async Task A_damaged_index_is_set_aside_and_nothing_is_lost()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => new TreeMaker(10).Fill(tree, 60));
        await pair.SyncAsync();
        TreeSnapshot before = TreeSnapshot.Of(pair.Host.Tree.Root);
        await pair.Guest.StopAsync();
        foreach (string file in Directory.EnumerateFiles(pair.Guest.DataDirectory, "*.db", SearchOption.AllDirectories))
            File.WriteAllBytes(file, new byte[20_000]);
        await pair.Guest.StartAsync();
        await pair.SyncAndCheckAsync();
        Assert.Equal("", TreeSnapshot.Diff(before, TreeSnapshot.Of(pair.Host.Tree.Root)));
    }
}
