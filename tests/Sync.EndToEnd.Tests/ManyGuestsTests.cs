using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class ManyGuestsTests
{
    [Fact]
    public async Task Ten_guests_share_one_host()
    {
        await using Pair pair = await Pair.StartAsync(guests: 10, before: tree => new TreeMaker(9).Fill(tree, 60));
        for (int i = 0; i < 10; i++)
            pair.Guests[i].Tree.Put($"from/{i}", $"guest {i}");
        await pair.SyncAndCheckAsync();
        pair.Check("from/0", "guest 0").Check("from/9", "guest 9");
    }

    [Fact]
    public async Task A_guest_can_join_several_shares()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        var other = new TestTree(Directory.CreateDirectory(pair.Temporary("other")).FullName);
        var joined = new TestTree(Directory.CreateDirectory(pair.Temporary("joined")).FullName);
        other.Put("b", "2");
        (await pair.Host.RunAsync("share", "add", "other", other.Root)).Expect(0);
        (await pair.Guest.RunAsync("join", await pair.Host.InviteAsync("--share", "other"), joined.Root)).Expect(0);
        await pair.Guest.RestartAsync();
        await pair.SyncAndCheckAsync();
        Assert.Equal("", TreeSnapshot.Diff(TreeSnapshot.Of(other.Root), TreeSnapshot.Of(joined.Root)));
        joined.Check("b", "2").Check("a", null);
    }
}
