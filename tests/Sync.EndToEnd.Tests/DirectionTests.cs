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
    public async Task What_a_receiver_keeps_at_a_name_is_told_and_put_back_by_revert()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("t", "host's file").Put("other", "host"), "--direction", "to-guest");
        TestGuest guest = pair.NewGuest();
        guest.Tree.Put("t/in", "the guest's directory");
        (await guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await guest.StartAsync();
        // A file cannot stand where the directory is kept: that is told, and not waited for.
        (await guest.RunAsync("flush", "--timeout", "30s")).Expect(0);
        await Eventually.HoldsAsync(async () => (await guest.ProblemPathsAsync("local-edit")).SequenceEqual(["t", "t/in"]), () => "what is kept, in status");
        guest.Tree.Check("t/in", "the guest's directory").Check("other", "host");
        (await guest.RunAsync("revert")).Expect(0);
        await Eventually.HoldsAsync(() => File.Exists(guest.Tree.At("t")) && guest.Tree.Read("t") == "host's file", () => "the host's file on the guest");
        (await guest.RunAsync("flush")).Expect(0);
        await Eventually.HoldsAsync(async () => (await guest.ProblemPathsAsync("local-edit")).Length == 0, () => "no problem left");
    }

    [Theory]
    [InlineData("mirror")]
    [InlineData("to-host")]
    [InlineData("to-guest")]
    [InlineData("two-way")]
    public async Task What_both_have_at_a_join_is_not_sent_again(string direction)
    {
        byte[] bytes = new byte[3_000_000];
        new Random(5).NextBytes(bytes);
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("same.bin", bytes), "--direction", direction);
        TestGuest guest = pair.NewGuest();
        guest.Tree.Put("same.bin", bytes);
        File.SetLastWriteTimeUtc(Path.Combine(guest.Tree.Root, "same.bin"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (await guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await guest.StartAsync();
        (await guest.RunAsync("flush")).Expect(0);
        System.Text.Json.JsonElement share = await guest.StatusAsync();
        Assert.True(share.GetProperty("bytesSent").GetInt64() + share.GetProperty("bytesReceived").GetInt64() <= 10_000, $"sent again: {share}\n{pair.Host}\n{guest}");
        Assert.Equal(bytes, await File.ReadAllBytesAsync(Path.Combine(pair.Host.Tree.Root, "same.bin")));
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
