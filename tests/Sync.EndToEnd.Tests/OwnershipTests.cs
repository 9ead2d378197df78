using System.Globalization;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>Owner and group travel as numbers where the share says so, and root runs both sides.</summary>
public sealed class OwnershipTests
{
    [Fact]
    public async Task Owner_and_group_travel_both_ways_if_the_share_says_so()
    {
        Assert.SkipUnless(Environment.UserName == "root", "owners are root's to give");
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("old", "1"), policy: ["--ownership", "true"]);
        await OwnAsync(pair.Host.Tree, "4001:4002", "old");
        pair.Host.Tree.Put("d/from-host", "2").Link("link", "old");
        await OwnAsync(pair.Host.Tree, "4003:4004", "d", "d/from-host", "link");
        pair.Guest.Tree.Put("from-guest", "3");
        await OwnAsync(pair.Guest.Tree, "4005:4006", "from-guest");
        await pair.SyncAndCheckAsync();
        foreach (TestTree tree in (TestTree[])[pair.Host.Tree, pair.Guest.Tree])
        {
            Assert.Equal("4001:4002", await OwnerAsync(tree, "old"));
            Assert.Equal("4003:4004", await OwnerAsync(tree, "d"));
            Assert.Equal("4003:4004", await OwnerAsync(tree, "d/from-host"));
            Assert.Equal("4003:4004", await OwnerAsync(tree, "link"));
            Assert.Equal("4005:4006", await OwnerAsync(tree, "from-guest"));
        }

        // An owner alone changes, without the bytes; and an edit keeps the owner.
        await OwnAsync(pair.Guest.Tree, "4007:4008", "old");
        File.AppendAllText(pair.Host.Tree.At("from-guest"), "+");
        await pair.SyncAndCheckAsync();
        Assert.Equal("4007:4008", await OwnerAsync(pair.Host.Tree, "old"));
        Assert.Equal("4005:4006", await OwnerAsync(pair.Guest.Tree, "from-guest"));
        pair.Check("from-guest", "3+");
    }

    [Fact]
    public async Task Without_that_placed_files_belong_to_the_owner_of_the_directory()
    {
        Assert.SkipUnless(Environment.UserName == "root", "owners are root's to give");
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("d/a", "1"));
        await OwnAsync(pair.Host.Tree, "4001:4002", "d", "d/a");
        TestGuest guest = pair.NewGuest();
        await OwnAsync(guest.Tree, "4003:4004", ".");
        (await guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await guest.StartAsync();
        await pair.SyncAndCheckAsync();
        Assert.Equal("4003:4004", await OwnerAsync(guest.Tree, "d"));
        Assert.Equal("4003:4004", await OwnerAsync(guest.Tree, "d/a"));
        await OwnAsync(guest.Tree, "4005:4006", "d/a");
        guest.Tree.Put("b", "2");
        await pair.SyncAndCheckAsync();
        Assert.Equal("4001:4002", await OwnerAsync(pair.Host.Tree, "d/a"));
        Assert.Equal("0:0", await OwnerAsync(pair.Host.Tree, "b"));
    }

    private static async Task OwnAsync(TestTree tree, string owner, params string[] paths) =>
        await RunAsync("chown", ["--no-dereference", owner, .. paths.Select(tree.At)]);

    private static async Task<string> OwnerAsync(TestTree tree, string path) =>
        (await RunAsync("stat", ["--format", "%u:%g", tree.At(path)])).Output.Trim().ToString(CultureInfo.InvariantCulture);

    private static async Task<CommandResult> RunAsync(string program, string[] arguments)
    {
        await using ProcessRun run = ProcessRun.Start(program, arguments);
        return (await run.EndAsync(TimeSpan.FromSeconds(30))).Expect(0);
    }
}
