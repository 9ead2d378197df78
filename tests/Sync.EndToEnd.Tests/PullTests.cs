using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>`sync-guest pull`: a directory becomes a share's tree, once, without an agent.</summary>
public sealed class PullTests
{
    [Fact]
    public async Task A_pull_by_token_makes_the_directory_the_share()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => new TreeMaker(1).Fill(tree, 300));
        TestGuest guest = pair.NewGuest();
        string workspace = pair.Temporary("workspace");
        CommandResult result = (await guest.RunProcessAsync("pull", await pair.Host.InviteAsync(), workspace)).Expect(0);
        Assert.Contains("share work", result.Output, StringComparison.Ordinal);
        CheckSame(pair, workspace);
        // Nothing is left beside it.
        Assert.DoesNotContain(Directory.GetFileSystemEntries(Path.GetDirectoryName(workspace)!), static e => e.Contains("sync-pull", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_pull_by_token_leaves_the_pairing_for_later_ones()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a", "1"));
        TestGuest guest = pair.NewGuest();
        string workspace = pair.Temporary("workspace");
        string token = await pair.Host.InviteAsync();
        (await guest.RunAsync("pull", token, workspace)).Expect(0);
        pair.Host.Tree.Put("b", "2");
        (await guest.RunAsync("pull", Pair.Share, workspace)).Expect(0);
        CheckSame(pair, workspace);
        // The token is used up, but this guest needs it no longer.
        pair.Host.Tree.Put("c", "3");
        (await guest.RunAsync("pull", token, workspace)).Expect(0);
        CheckSame(pair, workspace);
    }

    [Fact]
    public async Task A_pull_brings_what_has_changed_and_nothing_else()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => new TreeMaker(2).Fill(tree, 300));
        TestGuest guest = pair.NewGuest();
        string workspace = pair.Temporary("workspace");
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), workspace)).Expect(0);
        for (int round = 0; round < 5; round++)
        {
            new TreeMaker(10 + round).Perturb(pair.Host.Tree, 20);
            (await guest.RunAsync("pull", Pair.Share, workspace)).Expect(0);
            CheckSame(pair, workspace);
            CommandResult again = (await guest.RunAsync("pull", Pair.Share, workspace, "--json")).Expect(0);
            Assert.True(again.Json.GetProperty("unchanged").GetBoolean(), again.ToString());
            Assert.Equal(0, again.Json.GetProperty("bytesReceived").GetInt64());
            CommandResult verified = (await guest.RunAsync("pull", Pair.Share, workspace, "--verify", "--json")).Expect(0);
            Assert.True(verified.Json.GetProperty("unchanged").GetBoolean(), verified.ToString());
        }
    }

    [Fact]
    public async Task Of_a_large_file_only_what_has_changed_comes()
    {
        byte[] image = new byte[20_000_000];
        new Random(5).NextBytes(image);
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("image", image));
        TestGuest guest = pair.NewGuest();
        string workspace = pair.Temporary("workspace");
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), workspace)).Expect(0);
        image[10_000_000] ^= 1;
        image = [1, 2, 3, .. image, 4, 5];
        pair.Host.Tree.Put("image", image);
        (await pair.Host.RunAsync("flush")).Expect(0);
        CommandResult result = (await guest.RunAsync("pull", Pair.Share, workspace, "--cache", pair.Temporary("cache"), "--json")).Expect(0);
        Assert.InRange(result.Json.GetProperty("bytesReceived").GetInt64(), 1, 2_000_000);
        CheckSame(pair, workspace);
        // What came in parts is in the cache whole.
        CommandResult second = (await guest.RunAsync("pull", Pair.Share, pair.Temporary("second"), "--cache", pair.Temporary("cache"), "--json")).Expect(0);
        Assert.Equal(0, second.Json.GetProperty("bytesReceived").GetInt64());
        CheckSame(pair, pair.Temporary("second"));
    }

    [Fact]
    public async Task What_was_edited_or_added_in_the_workspace_is_put_back()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a/file", "one").Put("a/other", "two").Link("a/link", "file"));
        TestGuest guest = pair.NewGuest();
        var workspace = new TestTree(pair.Temporary("workspace"));
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), workspace.Root)).Expect(0);
        // The same size and the same mtime: only the ctime tells.
        Libc.Stat before = workspace.Stat("a/file");
        workspace.Put("a/file", "ONE").Mtime("a/file", before.MtimeNs).Delete("a/link").Put("a/link", "no link").Put("build/output", "made here").Delete("a/other");
        (await guest.RunAsync("pull", Pair.Share, workspace.Root)).Expect(0);
        CheckSame(pair, workspace.Root);
    }

    /// <summary>Asserts that a directory is what the host's is.</summary>
    internal static void CheckSame(Pair pair, string workspace)
    {
        string diff = TreeSnapshot.Diff(TreeSnapshot.Of(pair.Host.Tree.Root), TreeSnapshot.Of(workspace), "the share", "the workspace");
        Assert.True(diff.Length == 0, diff);
    }
}
