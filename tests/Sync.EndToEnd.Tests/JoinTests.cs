using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class JoinTests
{
    [Fact]
    public async Task A_directory_with_content_is_merged_and_nothing_is_overwritten()
    {
        byte[] big = new byte[2_000_000];
        new Random(3).NextBytes(big);
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("same", big).Mtime("same", 1_000_000_000).Put("host-only", "h").Put("differs.txt", "host"));
        TestGuest guest = await pair.AddGuestAsync(tree => tree.Put("same", big).Mtime("same", 2_000_000_000).Put("guest-only", "g").Put("differs.txt", "guest"));
        await pair.SyncAndCheckAsync();
        pair.Check("host-only", "h").Check("guest-only", "g");
        Assert.Single(guest.Tree.ConflictCopies("differs.txt"));
        Assert.InRange((await guest.StatusAsync()).GetProperty("bytesReceived").GetInt64(), 0, 200_000);
        Assert.InRange((await guest.StatusAsync()).GetProperty("bytesSent").GetInt64(), 0, 200_000);
    }

    [Fact]
    public async Task A_part_of_a_share_can_be_joined()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("sub/dir/a", "1").Put("other/b", "2").Put("c", "3"));
        TestGuest guest = pair.NewGuest();
        (await guest.JoinAsync(await pair.Host.InviteAsync(), "--path", "sub")).Expect(0);
        await guest.StartAsync();
        guest.Tree.Put("dir/new", "4");
        await pair.SyncAsync();
        Assert.Equal(["dir", "dir/a", "dir/new"], guest.Tree.Paths());
        pair.Host.Tree.Check("sub/dir/new", "4").Check("other/b", "2");
        pair.Host.Tree.Put("sub/late", "5").Put("late", "6");
        await pair.SyncAsync();
        guest.Tree.Check("late", "5");
    }

    [Fact]
    public async Task A_part_that_is_not_there_is_refused_and_the_invite_holds()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("sub/a", "1").Link("link", "sub"));
        (await pair.Host.RunAsync("flush")).Expect(0);
        TestGuest guest = pair.NewGuest();
        string token = await pair.Host.InviteAsync();
        foreach (string path in (string[])["nosuch", "sub/nosuch", "sub/a", "link"])
        {
            string directory = pair.Temporary("new");
            (await guest.RunAsync("join", token, directory, "--path", path)).ExpectLine(6, path, "no directory");
            Assert.False(Directory.Exists(directory));
        }

        // What was made just now is there.
        pair.Host.Tree.Put("late/b", "2");
        (await guest.JoinAsync(token, "--path", "late")).Expect(0);
        await guest.StartAsync();
        await guest.FlushAsync();
        guest.Tree.Check("b", "2");
    }

    [Fact]
    public async Task A_part_of_a_share_that_is_paused_is_taken_on_trust()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        (await pair.Host.RunAsync("pause")).Expect(0);
        (await pair.NewGuest().JoinAsync(await pair.Host.InviteAsync(), "--path", "nosuch")).Expect(0);
    }

    [Fact]
    public async Task A_name_that_is_not_given_is_told()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        foreach (string share in (string[])["second", "third"])
            (await pair.Host.RunAsync("share", "add", share, Directory.CreateDirectory(pair.Temporary(share)).FullName)).Expect(0);
        TestGuest guest = pair.NewGuest();
        CommandResult first = (await guest.JoinAsync(await pair.Host.InviteAsync(), "--name", "vm")).Expect(0);
        Assert.DoesNotContain("vm", first.Error, StringComparison.Ordinal);
        // A guest that the host knows keeps its name.
        CommandResult second = (await guest.RunAsync("join", await pair.Host.InviteAsync("--share", "second"), pair.Temporary("second.guest"), "--name", "beta")).Expect(0);
        Assert.Contains("as vm", second.Output, StringComparison.Ordinal);
        Assert.Contains("knows this guest as vm already", second.Error, StringComparison.Ordinal);
        Assert.Contains("--name beta", second.Error, StringComparison.Ordinal);
        // Without a name there is nothing to tell.
        CommandResult third = (await guest.RunAsync("join", await pair.Host.InviteAsync("--share", "third"), pair.Temporary("third.guest"))).Expect(0);
        Assert.DoesNotContain("knows this guest", third.Error, StringComparison.Ordinal);
        CommandResult other = (await pair.NewGuest().JoinAsync(await pair.Host.InviteAsync(), "--name", "vm")).Expect(0);
        Assert.Contains("calls this guest vm-2: the name vm is taken", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Leaving_keeps_every_file()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1").Put("d/b", "2"));
        await pair.SyncAsync();
        (await pair.Guest.RunAsync("leave", pair.Guest.Tree.Root)).Expect(0);
        pair.Guest.Tree.Check("a", "1").Check("d/b", "2").Delete("a");
        pair.Host.Tree.Check("a", "1");
        (await pair.Host.RunAsync("share", "remove", Pair.Share)).Expect(0);
        pair.Host.Tree.Check("a", "1").Check("d/b", "2");
    }

    [Fact]
    public async Task The_same_directory_cannot_be_joined_twice()
    {
        await using Pair pair = await Pair.StartAsync();
        CommandResult second = await pair.Guest.JoinAsync(await pair.Host.InviteAsync());
        second.ExpectError(1, pair.Guest.Tree.Root);
        await pair.SyncAndCheckAsync();
    }

    [Fact]
    public async Task A_guest_that_lost_its_data_joins_anew_without_transfer()
    {
        byte[] big = new byte[2_000_000];
        new Random(4).NextBytes(big);
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("big", big).Put("d/a", "1"));
        await pair.SyncAsync();
        await pair.Guest.StopAsync();
        Directory.Delete(pair.Guest.DataDirectory, recursive: true);
        (await pair.Guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await pair.Guest.StartAsync();
        await pair.SyncAndCheckAsync();
        Assert.Equal(["big", "d", "d/a"], pair.Guest.Tree.Paths());
        Assert.InRange((await pair.Guest.StatusAsync()).GetProperty("bytesReceived").GetInt64(), 0, 200_000);
    }
}
