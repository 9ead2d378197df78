using System.Text.Json;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>`sync-guest push`: a directory of the share becomes one of this machine, once, without an agent.</summary>
public sealed class PushTests
{
    [Fact]
    public async Task A_push_by_token_makes_the_directory_in_the_share_and_what_is_there_is_not_sent()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("other", "o"));
        TestGuest guest = pair.NewGuest(tree => new TreeMaker(1).Fill(tree, 300));
        guest.Tree.Put("large", TestBytes(1, 5_000_000));
        CommandResult first = (await guest.RunProcessAsync("push", guest.Tree.Root, await pair.Host.InviteAsync(), "--path", "results/42", "--json")).Expect(0);
        Assert.True(first.Json.GetProperty("created").GetInt64() > 300, first.ToString());
        CheckSame(pair, guest, "results/42");
        pair.Host.Tree.Check("other", "o");
        Assert.False(guest.Tree.Has(".sync"));

        // By the pairing that is known now.
        CommandResult again = (await guest.RunAsync("push", guest.Tree.Root, Pair.Share + "/results/42", "--json")).Expect(0);
        Assert.Equal((0L, 0L, 0L, 0L), (Number(again, "bytesSent"), Number(again, "created"), Number(again, "updated"), Number(again, "deleted")));

        // What has changed in a large file, and what only got another name.
        byte[] large = TestBytes(1, 5_000_000);
        large[2_000_000] ^= 1;
        guest.Tree.Put("large", large).Put("dir/renamed", TestBytes(2, 400_000));
        (await guest.RunAsync("push", guest.Tree.Root, Pair.Share + "/results/42")).Expect(0);
        guest.Tree.Move("dir/renamed", "elsewhere");
        guest.Tree.Delete("large").MakeDirectory("large");
        CommandResult last = (await guest.RunAsync("push", guest.Tree.Root, Pair.Share + "/results/42", "--json")).Expect(0);
        Assert.Equal(0, Number(last, "bytesSent"));
        CheckSame(pair, guest, "results/42");
    }

    [Fact]
    public async Task A_small_edit_of_a_large_file_sends_little()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        TestGuest guest = pair.NewGuest();
        byte[] image = TestBytes(3, 8_000_000);
        guest.Tree.Put("image", image);
        (await guest.RunAsync("push", guest.Tree.Root, await pair.Host.InviteAsync())).Expect(0);
        image[4_000_000] ^= 1;
        guest.Tree.Put("image", image);
        CommandResult result = (await guest.RunAsync("push", guest.Tree.Root, Pair.Share, "--json")).Expect(0);
        Assert.InRange(Number(result, "bytesSent"), 1, 200_000);
        CheckSame(pair, guest, "");
    }

    [Fact]
    public async Task A_push_goes_beside_the_agent_of_the_same_guest()
    {
        await using Pair pair = await Pair.StartAsync();
        string made = pair.Temporary("made");
        new TestTree(made).Put("a", "1").Put("d/b", "2");
        (await pair.Guest.RunAsync("push", made, Pair.Share + "/in")).Expect(0);
        await pair.SyncAndCheckAsync();
        pair.Guest.Tree.Check("in/a", "1").Check("in/d/b", "2");
        await pair.Guest.StateAsync("in-sync");
        // The directory that the agent syncs is no directory to push.
        (await pair.Guest.RunAsync("push", pair.Guest.Tree.Root, Pair.Share + "/in")).ExpectLine(1, "joined", "flush");
        (await pair.Guest.RunAsync("push", pair.Guest.Tree.At("in"), Pair.Share + "/copy")).Expect(0);
        await pair.SyncAsync();
        pair.Guest.Tree.Check("copy/a", "1");
    }

    [Fact]
    public async Task Extra_entries_go_unless_they_are_kept_and_never_all_by_accident()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("out/old", "1").Put("out/d/older", "2").Put("top", "3"));
        TestGuest guest = pair.NewGuest();
        string token = await pair.Host.InviteAsync();
        (await guest.RunAsync("push", guest.Tree.Root, token, "--path", "out")).ExpectLine(4, "nothing to push", "--force");
        guest.Tree.Put("new", "4");
        CommandResult dry = (await guest.RunAsync("push", guest.Tree.Root, Pair.Share + "/out", "--dry-run", "--json")).Expect(0);
        Assert.Equal(["create out/new", "delete out/d", "delete out/d/older", "delete out/old"], dry.Json.GetProperty("items").EnumerateArray().Select(i => $"{i.GetProperty("change")} {i.GetProperty("path")}").Order(StringComparer.Ordinal));
        Assert.Contains("delete   out/old", (await guest.RunAsync("push", guest.Tree.Root, Pair.Share + "/out", "--dry-run")).Expect(0).Output, StringComparison.Ordinal);
        pair.Host.Tree.Check("out/old", "1").Check("out/new", null);
        (await guest.RunAsync("push", guest.Tree.Root, Pair.Share + "/out", "--keep-extra")).Expect(0);
        pair.Host.Tree.Check("out/old", "1").Check("out/new", "4");
        (await guest.RunAsync("push", guest.Tree.Root, Pair.Share + "/out")).Expect(0);
        CheckSame(pair, guest, "out");
        pair.Host.Tree.Check("top", "3");
        guest.Tree.Delete("new");
        (await guest.RunAsync("push", guest.Tree.Root, Pair.Share + "/out", "--force")).Expect(0);
        Assert.Empty(Directory.EnumerateFileSystemEntries(pair.Host.Tree.At("out")));
    }

    [Fact]
    public async Task What_cannot_be_is_said()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("file", "1"));
        TestGuest guest = pair.NewGuest(tree => tree.Put("a", "1"));
        (await guest.RunAsync("push", guest.Tree.Root, Pair.Share)).ExpectLine(6, "token");
        (await guest.RunAsync("push", guest.Tree.Root, "sync1.garbage")).ExpectLine(2);
        (await guest.RunAsync("push", guest.Tree.Root, Pair.Share + "/../x")).ExpectLine(2, "../x");
        string token = await pair.Host.InviteAsync();
        (await guest.RunAsync("push", guest.Tree.At("nosuch"), token)).ExpectLine(1, "nosuch");
        (await guest.RunAsync("push", guest.Tree.At("a"), token)).ExpectLine(1, "/a");
        (await guest.RunAsync("push", guest.Tree.Root, token, "--path", "file/in")).ExpectLine(1, "file");
        TestGuest reader = pair.NewGuest(tree => tree.Put("a", "1"));
        (await reader.RunAsync("push", reader.Tree.Root, await pair.Host.InviteAsync("--read-only"))).ExpectLine(6, "read");
        (await pair.Host.RunAsync("share", "set", Pair.Share, "--direction", "to-guest")).Expect(0);
        (await guest.RunAsync("push", guest.Tree.Root, Pair.Share)).ExpectLine(6, "direction");
        (await pair.Host.RunAsync("guest", "revoke", (await GuestNamesAsync(pair))[0])).Expect(0);
        (await guest.RunAsync("push", guest.Tree.Root, Pair.Share)).ExpectLine(6);
        await pair.Host.StopAsync();
        (await reader.RunAsync("push", reader.Tree.Root, Pair.Share)).ExpectLine(5);
        Assert.Equal(["file"], pair.Host.Tree.Paths());
    }

    [Fact]
    public async Task An_edit_on_the_host_meanwhile_is_a_conflict()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a", "1"));
        TestGuest guest = pair.NewGuest(tree => tree.Put("a", "pushed"));
        // It takes a second or more to hash, and is no more than a hole.
        Sparse(pair.Host.Tree.At("slow"));
        Sparse(guest.Tree.At("slow"));
        File.SetLastWriteTimeUtc(guest.Tree.At("slow"), File.GetLastWriteTimeUtc(pair.Host.Tree.At("slow")));
        await pair.Host.StateAsync("in-sync");
        string token = await pair.Host.InviteAsync();
        Task<CommandResult> pushing = guest.RunProcessAsync("push", guest.Tree.Root, token, "--json");
        await Eventually.HoldsAsync(async () => (await pair.Host.StatusAsync()).GetProperty("guests").EnumerateArray().Any(g => g.GetProperty("connected").GetBoolean()), () => "the push is connected");
        pair.Host.Tree.Put("a", "edited");
        (await pair.Host.RunAsync("flush")).Expect(0);
        CommandResult result = (await pushing).Expect(3);
        Assert.Equal("a", Assert.Single(result.Json.GetProperty("conflicts").EnumerateArray()).GetProperty("path").GetString());
        pair.Host.Tree.Check("a", "edited");
        Assert.Equal("pushed", pair.Host.Tree.Read(Assert.Single(pair.Host.Tree.ConflictCopies("a"))));
    }

    [Fact]
    public async Task On_a_paused_share_what_was_pushed_waits_in_the_journal_and_says_so()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a", "1"));
        await pair.Host.StateAsync("in-sync");
        TestGuest guest = pair.NewGuest(tree => tree.Put("b", "2").Put("large", TestBytes(7, 200_000)));
        string token = await pair.Host.InviteAsync();
        (await pair.Host.RunAsync("pause")).Expect(0);
        (await guest.RunAsync("push", guest.Tree.Root, token, "--path", "in")).ExpectError(1, "paused");
        Assert.False(pair.Host.Tree.Has("in/b"), "placed though paused");
        // Again: it is in the journal, and no conflict with itself.
        CommandResult again = (await guest.RunAsync("push", guest.Tree.Root, Pair.Share + "/in")).ExpectError(1, "paused");
        Assert.Contains("when the share goes on", again.Output, StringComparison.Ordinal);
        (await pair.Host.RunAsync("resume")).Expect(0);
        (await guest.RunAsync("push", guest.Tree.Root, Pair.Share + "/in")).Expect(0);
        CheckSame(pair, guest, "in");
    }

    [Fact]
    public async Task On_a_share_that_moves_for_jobs_alone_it_is_placed_by_the_next_job()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: null, "--on-demand");
        TestGuest guest = pair.NewGuest(tree => tree.Put("b", "2"));
        // An ephemeral one: a job waits for no guest that has come and gone.
        string token = await pair.Host.InviteAsync("--ephemeral", "--linger", "1s", "--uses", "2");
        (await guest.RunAsync("push", guest.Tree.Root, token, "--path", "in")).ExpectError(1, "paused");
        Assert.False(pair.Host.Tree.Has("in/b"), "placed without a job");
        (await pair.Host.RunAsync("job", "start", Pair.Share)).Expect(0);
        CheckSame(pair, guest, "in");
    }

    [Fact]
    public async Task A_host_that_is_lost_half_way_is_told_and_the_next_push_ends_it()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        TestGuest guest = pair.NewGuest(tree => new TreeMaker(5).Fill(tree, 50));
        guest.Tree.Put("large", TestBytes(6, 150_000_000));
        string token = await pair.Host.InviteAsync();
        Task<CommandResult> pushing = guest.RunProcessAsync("push", guest.Tree.Root, token);
        await Eventually.HoldsAsync(() => Parts(pair).Any(part => part.Length > 1_000_000), () => "a part has come");
        await pair.Host.KillAsync();
        (await pushing).ExpectError(5);
        await pair.Host.StartAsync();
        (await guest.RunAsync("push", guest.Tree.Root, Pair.Share)).Expect(0);
        CheckSame(pair, guest, "");
    }

    [Fact]
    public async Task An_ephemeral_guest_pushes_and_is_gone()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        string token = await pair.Host.InviteAsync("--ephemeral", "--linger", "1s", "--uses", "2");
        TestGuest guest = pair.NewGuest(tree => tree.Put("a", "1"));
        (await guest.RunAsync("push", guest.Tree.Root, token, "--path", "one")).Expect(0);
        await Eventually.HoldsAsync(async () => (await GuestNamesAsync(pair)).Length == 0, () => "it is forgotten");
        // The same guest once more: its pairing is void, the invite is not.
        (await guest.RunAsync("push", guest.Tree.Root, token, "--path", "two")).Expect(0);
        pair.Host.Tree.Check("one/a", "1").Check("two/a", "1");
        await Eventually.HoldsAsync(async () => (await GuestNamesAsync(pair)).Length == 0, () => "it is forgotten");
    }

    private static void CheckSame(Pair pair, TestGuest guest, string subPath)
    {
        string diff = TreeSnapshot.Diff(TreeSnapshot.Of(guest.Tree.Root), TreeSnapshot.Of(pair.Host.Tree.At(subPath)), "pushed", "share");
        Assert.True(diff.Length == 0, diff);
    }

    private static long Number(CommandResult result, string name) => result.Json.GetProperty(name).GetInt64();

    private static async Task<string[]> GuestNamesAsync(Pair pair) =>
        [.. (await pair.Host.RunAsync("guest", "list", "--json")).Expect(0).Json.GetProperty("guests").EnumerateArray().Select(guest => guest.GetProperty("name").GetString()!)];

    private static IEnumerable<FileInfo> Parts(Pair pair) =>
        new DirectoryInfo(pair.Host.Tree.At(".sync/staging")).EnumerateFiles("p-*");

    private static byte[] TestBytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private static void Sparse(string path)
    {
        using FileStream file = File.Create(path);
        file.SetLength(3L << 30);
    }
}
