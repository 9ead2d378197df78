using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class DirectionTests
{
    [Fact]
    public async Task To_guest_keeps_the_guests_edits_to_itself_until_reverted()
    {
        await using Pair pair = await Pair.StartAsync(guests: 1, before: tree => tree.Put("a", "host").Put("b", "host"), "--direction", "to-guest");
        await pair.SyncAsync();
        pair.Guest.Tree.Put("a", "mine").Put("extra", "mine");
        await Eventually.HoldsAsync(async () => (await pair.Guest.ProblemPathsAsync("local-edit")).Length == 2, () => "two local edits in status");
        pair.Host.Tree.Put("b", "host 2").Check("a", "host").Check("extra", null);
        await Eventually.HoldsAsync(() => pair.Guest.Tree.Read("b") == "host 2", () => "b on the guest");
        pair.Guest.Tree.Check("a", "mine");
        (await pair.Guest.RunAsync("revert")).Expect(0);
        await pair.SyncAndCheckAsync();
        pair.Check("a", "host").Check("extra", null);
        Assert.NotEmpty((await pair.Guest.RunAsync("versions", "list", "--json")).Expect(0).Json.GetProperty("versions").EnumerateArray());
    }

    [Fact]
    public async Task To_host_keeps_the_hosts_edits_to_itself()
    {
        await using Pair pair = await Pair.StartAsync(guests: 1, before: null, "--direction", "to-host");
        pair.Guest.Tree.Put("a", "guest");
        await pair.SyncAsync();
        pair.Host.Tree.Check("a", "guest").Put("b", "host");
        pair.Guest.Tree.Put("c", "guest");
        await pair.SyncAsync();
        pair.Host.Tree.Check("c", "guest").Check("b", "host");
        pair.Guest.Tree.Check("b", null);
    }

    [Fact]
    public async Task A_mirror_puts_strays_into_the_version_store()
    {
        await using Pair pair = await Pair.StartAsync(guests: 1, before: tree => tree.Put("a", "host"), "--direction", "mirror");
        await pair.SyncAsync();
        pair.Guest.Tree.Put("a", "mine").Put("stray", "mine");
        await Eventually.HoldsAsync(() => !pair.Guest.Tree.Has("stray") && pair.Guest.Tree.Read("a") == "host", () => "the mirror is exact again");
        await pair.SyncAndCheckAsync();
        Assert.NotEmpty((await pair.Guest.RunAsync("versions", "list", "stray", "--json")).Expect(0).Json.GetProperty("versions").EnumerateArray());
    }

    [Fact]
    public async Task A_read_only_guest_changes_nothing_elsewhere()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a", "host"));
        TestGuest guest = pair.NewGuest();
        (await guest.JoinAsync(await pair.Host.InviteAsync("--read-only"))).Expect(0);
        await guest.StartAsync();
        await pair.SyncAsync();
        guest.Tree.Check("a", "host").Put("a", "mine").Put("b", "mine");
        pair.Host.Tree.Put("c", "host");
        await Eventually.HoldsAsync(() => guest.Tree.Has("c"), () => "c on the guest");
        pair.Host.Tree.Check("a", "host").Check("b", null);
    }
}
