using System.Globalization;
using System.Text.Json;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class TagTests
{
    [Fact]
    public async Task A_tag_is_of_one_revision_and_keeps_its_content_until_it_is_removed()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1").Put("d/same", "1"));
        pair.Guest.Tree.Put("b", new string('b', 200_000));
        await pair.SyncAsync();
        // What is on the host's disk at the call is in it, seen already or not.
        pair.Host.Tree.Put("late", "3");
        JsonElement tag = (await pair.Host.RunAsync("tag", Pair.Share, "v1", "--json")).Expect(0).Json;
        Assert.Equal(("v1", 4, 1, 200_003L, false), (tag.GetProperty("name").GetString(), tag.GetProperty("files").GetInt32(), tag.GetProperty("directories").GetInt32(), tag.GetProperty("bytes").GetInt64(), tag.GetProperty("damaged").GetBoolean()));
        long revision = tag.GetProperty("revision").GetInt64();
        Assert.True(revision > 0);
        Assert.Equal([1, 1, 200_000], Kept(pair));

        // In place, on either side; and gone.
        pair.Host.Tree.Put("b", "short now");
        pair.Guest.Tree.Delete("a");
        pair.Guest.Tree.Delete("d/same");
        await pair.SyncAndCheckAsync();
        Assert.Equal([1, 1, 200_000], Kept(pair));
        await pair.Host.RestartAsync();
        (await pair.Host.RunAsync("tag", Pair.Share, "v2")).Expect(0);
        Assert.Equal([1, 1, 9, 200_000], Kept(pair));
        JsonElement[] list = [.. (await pair.Host.RunAsync("tag", "list", "--share", Pair.Share, "--json")).Expect(0).Json.GetProperty("tags").EnumerateArray()];
        Assert.Equal(["v1", "v2"], list.Select(t => t.GetProperty("name").GetString()));
        Assert.Equal(revision, list[0].GetProperty("revision").GetInt64());
        Assert.True(list[1].GetProperty("revision").GetInt64() > revision);
        Assert.Contains("v2", (await pair.Host.RunAsync("tag", "list")).Expect(0).Output, StringComparison.Ordinal);

        (await pair.Host.RunAsync("tag", "remove", Pair.Share, "v1")).Expect(0);
        Assert.Equal([1, 9], Kept(pair));
        (await pair.Host.RunAsync("untag", Pair.Share, "v2")).Expect(0);
        Assert.Empty(Kept(pair));
        // It is none of the share's own.
        await pair.SyncAndCheckAsync();
    }

    [Fact]
    public async Task A_pull_at_a_tag_or_its_revision_is_the_tree_as_it_was()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => new TreeMaker(3).Fill(tree, 200), "--max-delete", "100");
        pair.Host.Tree.Put("large", new string('l', 3_000_000));
        JsonElement tag = (await pair.Host.RunAsync("tag", Pair.Share, "v1", "--json")).Expect(0).Json;
        string revision = tag.GetProperty("revision").GetInt64().ToString(CultureInfo.InvariantCulture);
        TreeSnapshot then = TreeSnapshot.Of(pair.Host.Tree.Root);
        new TreeMaker(4).Perturb(pair.Host.Tree, 100);
        pair.Host.Tree.Put("large", "small now").Put("after", "1");
        foreach (string path in pair.Host.Tree.Paths().Where(path => path.Length > 0 && pair.Host.Tree.Has(path)).Where((_, i) => i % 3 == 0))
        {
            if (pair.Host.Tree.Has(path))
                pair.Host.Tree.Delete(path);
        }

        (await pair.Host.RunAsync("flush")).Expect(0);
        TestGuest guest = pair.NewGuest();
        string token = await pair.Host.InviteAsync();
        foreach (string at in (string[])["v1", revision, "r" + revision])
        {
            string workspace = pair.Temporary("workspace-" + at);
            (await guest.RunAsync("pull", token, workspace, "--at", at)).Expect(0);
            string diff = TreeSnapshot.Diff(then, TreeSnapshot.Of(workspace), "tagged", "pulled");
            Assert.True(diff.Length == 0, diff);
        }

        // There and back.
        string same = pair.Temporary("workspace-v1");
        (await guest.RunAsync("pull", Pair.Share, same)).Expect(0);
        Assert.True(TreeSnapshot.Diff(TreeSnapshot.Of(pair.Host.Tree.Root), TreeSnapshot.Of(same)).Length == 0);
        (await guest.RunAsync("pull", Pair.Share, same, "--at", "v1", "--json")).Expect(0);
        Assert.True(TreeSnapshot.Diff(then, TreeSnapshot.Of(same)).Length == 0);
        (await guest.RunAsync("pull", Pair.Share, same, "--at", "v2")).ExpectError(6, "v2");
        (await pair.Host.RunAsync("untag", Pair.Share, "v1")).Expect(0);
        (await guest.RunAsync("pull", Pair.Share, same, "--at", revision)).ExpectError(6, revision);
        Assert.True(TreeSnapshot.Diff(then, TreeSnapshot.Of(same)).Length == 0);
    }

    [Fact]
    public async Task What_cannot_be_is_said()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a", "1"));
        (await pair.Host.RunAsync("tag", Pair.Share, "v1")).Expect(0);
        (await pair.Host.RunAsync("tag", Pair.Share, "v1")).ExpectLine(1, "v1", "already");
        (await pair.Host.RunAsync("tag", Pair.Share, "../v1")).ExpectLine(2, "../v1");
        (await pair.Host.RunAsync("tag", Pair.Share, "42")).ExpectLine(2, "revision");
        (await pair.Host.RunAsync("tag", Pair.Share)).ExpectLine(2, "name");
        (await pair.Host.RunAsync("tag", "nosuch", "v2")).ExpectLine(1, "nosuch");
        (await pair.Host.RunAsync("tag", "remove", Pair.Share, "v2")).ExpectLine(1, "v2");
        pair.Host.Tree.Put("large", new string('l', 100_000));
        (await pair.Host.RunAsync("flush")).Expect(0);
        (await pair.Host.RunAsync("pause")).Expect(0);
        // What the journal has, not what it will be told of; and what it has has to be somewhere.
        pair.Host.Tree.Put("large", "edited");
        (await pair.Host.RunAsync("tag", Pair.Share, "v2")).ExpectLine(1, "'large'");
        pair.Host.Tree.Put("large", new string('l', 100_000)).Put("late", "2");
        Assert.Equal(2, (await pair.Host.RunAsync("tag", Pair.Share, "paused", "--json")).Expect(0).Json.GetProperty("files").GetInt32());
        (await pair.Host.RunAsync("resume")).Expect(0);
        Assert.Equal(3, (await pair.Host.RunAsync("tag", Pair.Share, "v2", "--json")).Expect(0).Json.GetProperty("files").GetInt32());
        await pair.Host.StopAsync();
        (await pair.Host.RunAsync("tag", "list")).ExpectLine(1, "serve");
    }

    [Fact]
    public async Task A_kill_in_the_middle_leaves_no_tag_and_no_junk()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree =>
        {
            for (int i = 0; i < 1500; i++)
                tree.Put($"d{i % 10}/f{i}", $"content {i}");
        });
        await pair.Host.StateAsync("in-sync");
        Task<CommandResult> tagging = pair.Host.RunAsync("tag", Pair.Share, "v1");
        await Eventually.HoldsAsync(() => Directory.Exists(Fresh(pair)) && Directory.EnumerateFiles(Fresh(pair)).Skip(100).Any(), () => "a part of it is kept");
        await pair.Host.KillAsync();
        (await tagging).ExpectError(1);
        await pair.Host.StartAsync();
        Assert.Empty((await pair.Host.RunAsync("tag", "list", "--json")).Expect(0).Json.GetProperty("tags").EnumerateArray());
        (await pair.Host.RunAsync("tag", Pair.Share, "v1")).Expect(0);
        Assert.Equal(1500, Kept(pair).Length);
        Assert.Empty(Directory.EnumerateFiles(Fresh(pair)));
    }

    [Fact]
    public async Task Files_that_are_written_meanwhile_do_not_keep_it_from_being_made()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("rests", new string('r', 100_000)).Put("busy", "state 0"));
        await pair.Host.StateAsync("in-sync");
        using var stop = new CancellationTokenSource();
        Task writing = Task.Run(() =>
        {
            string beside = pair.Temporary("busy");
            for (int i = 1; !stop.IsCancellationRequested; i++)
            {
                File.WriteAllText(beside, $"state {i}");
                File.Move(beside, pair.Host.Tree.At("busy"), overwrite: true);
            }
        }, TestContext.Current.CancellationToken);
        JsonElement tag = (await pair.Host.RunAsync("tag", Pair.Share, "v1", "--json")).Expect(0).Json;
        await stop.CancelAsync();
        await writing;
        Assert.Equal(2, tag.GetProperty("files").GetInt32());
        Assert.Equal(2, Kept(pair).Length);
    }

    private static string Fresh(Pair pair) => Path.Combine(pair.Host.Tree.Root, ".sync/tags/new");

    /// <summary>The lengths of the contents that are kept, ascending.</summary>
    private static long[] Kept(Pair pair) =>
        [.. new DirectoryInfo(Path.Combine(pair.Host.Tree.Root, ".sync/tags/contents")).EnumerateFiles().Select(f => f.Length).Order()];
}
