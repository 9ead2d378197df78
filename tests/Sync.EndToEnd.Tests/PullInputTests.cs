using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>What a pull refuses, and what its options do.</summary>
public sealed class PullInputTests
{
    [Fact]
    public async Task A_directory_that_no_pull_has_made_is_refused_without_force()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("theirs", "theirs").Put("same", "same"));
        TestGuest guest = pair.NewGuest();
        var workspace = new TestTree(pair.Temporary("workspace"));
        workspace.Put("mine", "mine").Put("same", "same");
        string token = await pair.Host.InviteAsync();
        (await guest.RunAsync("pull", token, workspace.Root)).ExpectLine(4, "not empty", "--force");
        workspace.Check("mine", "mine").Check("theirs", null);
        // The invite still holds, and nothing lies beside.
        Assert.False(Directory.Exists(pair.Temporary(".workspace.sync-pull")));
        (await guest.RunAsync("pull", token, workspace.Root, "--force", "--keep-extra")).Expect(0);
        workspace.Check("mine", "mine").Check("theirs", "theirs");
        (await guest.RunAsync("pull", Pair.Share, workspace.Root, "--keep-extra")).Expect(0);
        workspace.Check("mine", "mine");
        (await guest.RunAsync("pull", Pair.Share, workspace.Root)).Expect(0);
        workspace.Check("mine", null);
        PullTests.CheckSame(pair, workspace.Root);
    }

    [Fact]
    public async Task An_empty_directory_and_one_below_missing_ones_are_fine()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a", "1"));
        TestGuest guest = pair.NewGuest();
        string empty = Directory.CreateDirectory(pair.Temporary("empty")).FullName;
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), empty)).Expect(0);
        PullTests.CheckSame(pair, empty);
        string deep = pair.Temporary("x/y/z");
        (await guest.RunAsync("pull", Pair.Share, deep)).Expect(0);
        PullTests.CheckSame(pair, deep);
        // What was made for nothing goes again.
        (await guest.RunAsync("pull", Pair.Share, pair.Temporary("u/v/w"), "--at", "no-such-tag")).ExpectLine(6, "no-such-tag");
        Assert.False(Directory.Exists(pair.Temporary("u")));
    }

    [Fact]
    public async Task A_part_of_the_share_is_pulled_alone()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("nightly/app", "app").Put("nightly/lib/x", "x").Put("other", "other"));
        TestGuest guest = pair.NewGuest();
        var workspace = new TestTree(pair.Temporary("workspace"));
        string token = await pair.Host.InviteAsync();
        (await guest.RunAsync("pull", token, workspace.Root, "--path", "missing")).ExpectLine(6, "missing");
        (await guest.RunAsync("pull", token, workspace.Root, "--path", "../other")).ExpectLine(2, "inside the share");
        (await guest.RunAsync("pull", token, workspace.Root, "--path", "nightly")).Expect(0);
        Assert.Equal(["app", "lib", "lib/x"], workspace.Paths());
        // Something else than before needs a word.
        (await guest.RunAsync("pull", Pair.Share, workspace.Root)).ExpectLine(4, "--force");
        (await guest.RunAsync("pull", Pair.Share, workspace.Root, "--force")).Expect(0);
        PullTests.CheckSame(pair, workspace.Root);
    }

    [Fact]
    public async Task The_present_revision_can_be_named_and_no_other()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a", "1"));
        TestGuest guest = pair.NewGuest();
        string workspace = pair.Temporary("workspace");
        CommandResult first = (await guest.RunAsync("pull", await pair.Host.InviteAsync(), workspace, "--json")).Expect(0);
        string revision = first.Json.GetProperty("revision").GetRawText();
        (await guest.RunAsync("pull", Pair.Share, workspace, "--at", revision)).Expect(0);
        (await guest.RunAsync("pull", Pair.Share, workspace, "--at", "r" + revision)).Expect(0);
        pair.Host.Tree.Put("b", "2");
        (await guest.RunAsync("pull", Pair.Share, workspace)).Expect(0);
        (await guest.RunAsync("pull", Pair.Share, workspace, "--at", revision)).ExpectLine(6, revision, "tag");
        PullTests.CheckSame(pair, workspace);
    }

    [Fact]
    public async Task Tokens_shares_and_options_that_are_none_are_told()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a", "1"));
        TestGuest guest = pair.NewGuest();
        string workspace = pair.Temporary("workspace");
        string token = await pair.Host.InviteAsync();
        (await guest.RunAsync("pull", "no-share", workspace)).ExpectLine(6, "no-share", "invite");
        (await guest.RunAsync("pull", token[..^3], workspace)).ExpectLine(2, "damaged");
        (await guest.RunAsync("pull", token, workspace, "--delete", "--keep-extra")).ExpectLine(2, "--keep-extra");
        (await guest.RunAsync("pull", token, workspace, "--cache", "c", "--cache-size", "much")).ExpectLine(2, "much");
        (await guest.RunAsync("pull", token, workspace, "--cache", Path.Combine(workspace, "cache"))).ExpectLine(2, "cache");
        (await guest.RunAsync("pull", token, workspace, "--address", "nowhere")).ExpectLine(2, "nowhere");
        (await guest.RunAsync("pull", token, "/")).ExpectError(1);
        File.WriteAllText(pair.Temporary("file"), "file");
        (await guest.RunAsync("pull", token, pair.Temporary("file"))).ExpectError(1, "file");
        Assert.False(Directory.Exists(workspace));
        (await guest.RunAsync("pull", token, workspace)).Expect(0);
    }

    [Fact]
    public async Task A_revoked_guest_is_refused_and_a_new_invite_makes_it_good()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a", "1"));
        TestGuest guest = pair.NewGuest();
        string workspace = pair.Temporary("workspace");
        (await guest.RunAsync("pull", await pair.Host.InviteAsync("--read-only"), workspace, "--name", "agent")).Expect(0);
        (await pair.Host.RunAsync("guest", "revoke", "agent")).Expect(0);
        pair.Host.Tree.Put("b", "2");
        (await guest.RunAsync("pull", Pair.Share, workspace)).ExpectLine(6, "invite");
        Assert.False(File.Exists(Path.Combine(workspace, "b")));
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), workspace)).Expect(0);
        PullTests.CheckSame(pair, workspace);
    }

    [Fact]
    public async Task A_dry_run_tells_each_path_and_changes_nothing()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("changed", "1").Put("gone/file", "1").Put("mode", "1").Put("same", "1"));
        TestGuest guest = pair.NewGuest();
        var workspace = new TestTree(pair.Temporary("workspace"));
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), workspace.Root)).Expect(0);
        TreeSnapshot before = TreeSnapshot.Of(workspace.Root);
        pair.Host.Tree.Put("changed", "22").Delete("gone").Put("new/file", "1").Mode("mode", (UnixFileMode)0x1ED);
        CommandResult text = (await guest.RunAsync("pull", Pair.Share, workspace.Root, "--dry-run")).Expect(0);
        Assert.Equal(
            ["create   new/", "create   new/file", "delete   gone/", "delete   gone/file", "touch    mode", "update   changed"],
            text.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[..^1].Order(StringComparer.Ordinal));
        CommandResult json = (await guest.RunAsync("pull", Pair.Share, workspace.Root, "--dry-run", "--json")).Expect(0);
        Assert.Equal(6, json.Json.GetProperty("items").GetArrayLength());
        Assert.True(json.Json.GetProperty("dryRun").GetBoolean());
        Assert.Equal("", TreeSnapshot.Diff(before, TreeSnapshot.Of(workspace.Root)));
        Assert.False(Directory.Exists(pair.Temporary(".workspace.sync-pull")));
    }

    [Fact]
    public async Task A_mount_point_is_refused_in_words()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a", "1"));
        TestGuest guest = pair.NewGuest();
        string mount = Directory.CreateDirectory(pair.Temporary("mount")).FullName;
        await using Mounted mounted = await Mounted.TmpfsAsync(mount, 8);
        string token = await pair.Host.InviteAsync();
        (await guest.RunAsync("pull", token, mount)).ExpectLine(1, "mount point", "below it");
        string below = Path.Combine(mount, "workspace");
        (await guest.RunAsync("pull", token, below)).Expect(0);
        PullTests.CheckSame(pair, below);
    }

    [Fact]
    public async Task What_is_mounted_inside_is_never_touched()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a/b", "1"));
        TestGuest guest = pair.NewGuest();
        var workspace = new TestTree(pair.Temporary("workspace"));
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), workspace.Root)).Expect(0);
        await using Mounted mounted = await Mounted.TmpfsAsync(workspace.MakeDirectory("a/volume").At("a/volume"), 8);
        workspace.Put("a/volume/precious", "precious");
        pair.Host.Tree.Put("c", "2");
        (await guest.RunAsync("pull", Pair.Share, workspace.Root)).ExpectLine(1, "a/volume", "mount point");
        workspace.Check("a/volume/precious", "precious").Check("c", null);
    }

    [Fact]
    public async Task A_directory_that_is_joined_is_not_pulled_into()
    {
        await using Pair pair = await Pair.StartAsync(guests: 1, before: tree => tree.Put("a", "1"));
        await pair.SyncAsync();
        (await pair.Guest.RunAsync("pull", Pair.Share, pair.Guest.Tree.Root, "--force")).ExpectLine(1, "joined");
        TestGuest other = pair.NewGuest();
        (await other.RunAsync("pull", await pair.Host.InviteAsync(), pair.Guest.Tree.Root, "--force")).ExpectLine(1, "another agent");
        // A pull beside it goes by the agent's own pairing, while that runs.
        string workspace = pair.Temporary("workspace");
        (await pair.Guest.RunAsync("pull", Pair.Share, workspace)).Expect(0);
        PullTests.CheckSame(pair, workspace);
    }
}
