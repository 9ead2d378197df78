using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>Agents whom permissions bind: what they cannot read is listed and kept, what they may not write by its mode arrives all the same.</summary>
public sealed class UnprivilegedTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Contents_arrive_in_directories_without_write_permission(bool fromHost)
    {
        await using Pair pair = await Pair.StartUnprivilegedAsync();
        (TestTree here, TestTree there) = fromHost ? (pair.Host.Tree, pair.Guest.Tree) : (pair.Guest.Tree, pair.Host.Tree);
        await Unprivileged.ShellAsync(here, "mkdir -p ro/deep; echo 1 > ro/a; echo 2 > ro/deep/b; chmod 0400 ro/a; chmod 0555 ro/deep ro");
        await pair.SyncAndCheckAsync();
        Assert.Equal("1\n", there.Read("ro/a"));
        Assert.Equal(0x16D, there.Stat("ro").Mode & 0xFFF);
        // New, changed, moved and deleted inside them, with the modes back in place before and after.
        await Unprivileged.ShellAsync(here, "chmod 0755 ro ro/deep; echo 3 > ro/new; echo 22 > ro/deep/b; rm -f ro/a; mkdir ro/more; mv ro/deep/b ro/more/c; chmod 0555 ro ro/deep ro/more");
        await pair.SyncAndCheckAsync();
        Assert.Equal(["ro", "ro/deep", "ro/more", "ro/more/c", "ro/new"], there.Paths());
        // One name alone into a directory that is closed again at once: the other side opens its own for the moment.
        await Unprivileged.ShellAsync(here, "chmod u+w ro; echo 4 > ro/late; mv ro/new ro/newer; chmod u-w ro");
        await pair.SyncAndCheckAsync();
        there.Check("ro/late", "4\n").Check("ro/newer", "3\n");
        await Unprivileged.ShellAsync(here, "chmod -R u+w ro; rm -r ro");
        await pair.SyncAndCheckAsync();
        pair.Check("ro", null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_becomes_unreadable_is_listed_kept_elsewhere_and_taken_up_again(bool onHost)
    {
        await using Pair pair = await Pair.StartUnprivilegedAsync(before: tree => tree.Put("a", "1").Put("d/b", "2").Put("d/in/c", "3"));
        await pair.SyncAndCheckAsync();
        (TestAgent agent, TestTree here, TestTree there) = onHost ? ((TestAgent)pair.Host, pair.Host.Tree, pair.Guest.Tree) : (pair.Guest, pair.Guest.Tree, pair.Host.Tree);
        await Unprivileged.ShellAsync(here, "echo 11 > a; chmod 0000 a d; echo 4 > e");
        await Eventually.HoldsAsync(() => there.Has("e"), () => $"e is there\n{pair.Host}\n{pair.Guest}");
        await Eventually.HoldsAsync(async () => (await agent.ProblemPathsAsync("unreadable")) is ["a", "d"], () => $"a and d alone are listed\n{agent}");
        CommandResult flush = await agent.RunAsync("flush", "--timeout", "20s");
        flush.ExpectError(1, "a", "d", "unreadable", "2 paths");
        Assert.Equal(2, flush.Error.Split("[unreadable]").Length - 1);
        there.Check("d/b", "2").Check("d/in/c", "3").Check("e", "4\n");
        Assert.True(there.Has("a"));
        // Also over a restart, and what is edited elsewhere meanwhile is not lost.
        await pair.Guest.RestartAsync();
        await pair.Host.RestartAsync();
        await Unprivileged.ShellAsync(there, "chmod u+rw a; echo 5 > f");
        await Eventually.HoldsAsync(() => here.Has("f"), () => $"f is here\n{pair.Host}\n{pair.Guest}");
        there.Check("d/b", "2").Check("d/in/c", "3");
        // At once, not when they are tried again: a flush that follows the chmod is enough.
        await Unprivileged.ShellAsync(here, "chmod 0644 a; chmod 0755 d");
        await pair.SyncAndCheckAsync();
        pair.Check("a", "11\n").Check("d/b", "2").Check("d/in/c", "3");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_directory_that_is_renamed_while_it_cannot_be_read_is_not_listed_for_ever(bool onHost)
    {
        await using Pair pair = await Pair.StartUnprivilegedAsync(before: tree => tree.Put("d/b", "2"));
        await pair.SyncAndCheckAsync();
        (TestAgent agent, TestTree here) = onHost ? ((TestAgent)pair.Host, pair.Host.Tree) : (pair.Guest, pair.Guest.Tree);
        await Unprivileged.ShellAsync(here, "chmod 0000 d");
        await Eventually.HoldsAsync(async () => (await agent.ProblemPathsAsync("unreadable")) is ["d"], () => $"d is listed\n{agent}");
        await Unprivileged.ShellAsync(here, "mv d e; chmod 0755 e");
        await NothingUnreadableAsync(pair);
        await pair.SyncAndCheckAsync();
        pair.Check("e/b", "2").Check("d", null);
    }

    [Theory]
    [InlineData(".sync/mark", false)]
    [InlineData(".sync/mark", true)]
    [InlineData(".sync/staging", false)]
    public async Task A_mark_or_a_private_directory_that_cannot_be_read_is_waited_for_or_done_without_when_told_so(string path, bool isForced)
    {
        await using Pair pair = await Pair.StartUnprivilegedAsync(before: tree => tree.Put("a", "1"));
        await pair.SyncAndCheckAsync();
        await pair.Guest.StopAsync();
        await Unprivileged.ShellAsync(pair.Guest.Tree, $"chmod 0000 {path}; echo 2 > a");
        await pair.Guest.StartAsync();
        await pair.Guest.StateAsync("halted");
        Assert.Contains($"'{pair.Guest.Tree.Root}/{path}' of share '{Pair.Share}' cannot be read (Denied)", (await pair.Guest.RunAsync("status")).Output, StringComparison.Ordinal);
        pair.Host.Tree.Check("a", "1");
        if (isForced) (await pair.Guest.RunAsync("resume", "--force")).Expect(0);
        else await Unprivileged.ShellAsync(pair.Guest.Tree, $"chmod 0700 {path}");
        await pair.Guest.StateAsync("in-sync");
        await pair.SyncAndCheckAsync();
        if (!isForced) pair.Check("a", "2\n");
        // Everything was compared by content: both are kept.
        else Assert.Equal(["1", "2\n"], pair.Host.Tree.Paths().Where(p => p.StartsWith('a')).Select(p => File.ReadAllText(Path.Combine(pair.Host.Tree.Root, p))).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_never_readable_comes_when_it_is(bool onHost)
    {
        await using Pair pair = await Pair.StartUnprivilegedAsync();
        (TestAgent agent, TestTree here, TestTree there) = onHost ? ((TestAgent)pair.Host, pair.Host.Tree, pair.Guest.Tree) : (pair.Guest, pair.Guest.Tree, pair.Host.Tree);
        await Unprivileged.ShellAsync(here, "umask 0777; echo 1 > a; mkdir d; umask 022; echo 2 > b");
        await Eventually.HoldsAsync(() => there.Has("b"), () => $"b is there\n{pair.Host}\n{pair.Guest}");
        (await agent.RunAsync("flush", "--timeout", "20s")).ExpectError(1, "a", "d", "unreadable");
        Assert.Equal(["a", "d"], await agent.ProblemPathsAsync("unreadable"));
        await Unprivileged.ShellAsync(here, "chmod 0600 a; chmod 0700 d");
        await Eventually.HoldsAsync(() => there.Has("a") && there.Has("d"), () => $"a and d are there\n{pair.Host}\n{pair.Guest}");
        await NothingUnreadableAsync(pair);
        await pair.SyncAndCheckAsync();
        Assert.Empty(await agent.ProblemPathsAsync("unreadable"));
    }

    /// <summary>The modes travel too: what could not be read here for a while could not be read there either.</summary>
    private static async Task NothingUnreadableAsync(Pair pair)
    {
        foreach (TestAgent agent in (TestAgent[])[pair.Host, pair.Guest])
            await Eventually.HoldsAsync(async () => (await agent.ProblemPathsAsync("unreadable")).Length == 0, () => $"nothing is listed\n{agent}");
    }

    [Fact]
    public async Task A_root_or_a_data_directory_of_another_user_is_refused()
    {
        Assert.SkipUnless(Environment.UserName == "root", "needs a second user");
        await using Pair pair = await Pair.StartUnprivilegedAsync(guests: 0);
        string closed = Directory.CreateDirectory(pair.Temporary("closed")).FullName;
        File.SetUnixFileMode(closed, (UnixFileMode)0x1C0);
        string token = await pair.Host.InviteAsync();
        (await pair.Host.RunAsync("share", "add", "closed", closed)).ExpectLine(6, closed, "mode");
        await using var host = new TestHost(Path.Combine(closed, "data"), FreePort.Take()) { Through = Unprivileged.Through };
        (await host.StartToFailAsync()).ExpectLine(1, closed, "--data");
        await using var owned = new TestHost(closed, FreePort.Take()) { Through = Unprivileged.Through };
        (await owned.StartToFailAsync()).ExpectLine(6, closed, "--data");
        (await owned.RunAsync("status")).ExpectLine(6, closed, "another user");
        TestGuest guest = pair.NewGuest();
        guest.Through = Unprivileged.Through;
        (await guest.RunAsync("join", token, closed)).ExpectLine(6, closed, "mode");
        (await guest.RunAsync("join", token, Path.Combine(closed, "below"))).ExpectLine(1, closed, "may not write");
        // Readable, but nothing can be placed there, nor the replica's own directory made.
        File.SetUnixFileMode(closed, (UnixFileMode)0x1ED);
        (await guest.RunAsync("join", token, closed)).ExpectLine(6, closed, "written");
        (await pair.Host.RunAsync("share", "add", "closed", closed)).ExpectLine(6, closed, "written");
        await Unprivileged.GiveAsync(guest.Tree.Root);
        (await guest.JoinAsync(token)).Expect(0);
    }

    [Fact]
    public async Task A_root_that_becomes_unreadable_halts_its_share_alone()
    {
        await using Pair pair = await Pair.StartUnprivilegedAsync(before: tree => tree.Put("a", "1").Put("d/b", "2"));
        await pair.SyncAndCheckAsync();
        string second = Directory.CreateDirectory(pair.Temporary("second")).FullName;
        await Unprivileged.GiveAsync(second);
        (await pair.Host.RunAsync("share", "add", "second", second)).Expect(0);
        await pair.Guest.StopAsync();
        File.SetUnixFileMode(pair.Guest.Tree.Root, UnixFileMode.None);
        (await pair.Guest.RunAsync("join", await pair.Host.InviteAsync("--share", "second"), pair.Temporary("second.guest"))).Expect(0);
        await pair.Guest.StartAsync();
        await pair.Guest.StateAsync("halted");
        Assert.Contains(pair.Guest.Tree.Root, (await pair.Guest.StatusAsync()).GetProperty("reason").GetString()!, StringComparison.Ordinal);
        await Unprivileged.ShellAsync(new TestTree(second), "echo 1 > works");
        (await pair.Guest.RunAsync("flush", "--share", "second")).Expect(0);
        (await pair.Guest.RunAsync("flush", "--share", Pair.Share)).ExpectError(4, pair.Guest.Tree.Root);
        Assert.True(File.Exists(Path.Combine(pair.Temporary("second.guest"), "works")));
        pair.Host.Tree.Check("a", "1").Check("d/b", "2");
        File.SetUnixFileMode(pair.Guest.Tree.Root, (UnixFileMode)0x1ED);
        (await pair.Guest.RunAsync("resume")).Expect(0);
        await pair.Guest.StateAsync("syncing", "in-sync");
        await pair.SyncAndCheckAsync();
    }
}
