using System.Diagnostics;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>A guest that lacks most of a large tree gets it together, built beside and moved in: whatever happens meanwhile, no edit is lost and nothing is left over.</summary>
public sealed class FillingTests
{
    private const int SigCont = 18;
    private const int Directories = 40;
    private const int FilesEach = 75;
    public const string Together = "are wanting: they are brought together";

    [Fact]
    public async Task A_large_tree_comes_whole_with_modes_times_and_links()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => Fill(tree)
            .Put("top", "at the top").Link("d1/link", "../top").Put("d2/run", "#!").Mode("d2/run", UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite)
            .Mtime("d3/f1", 1_000_000_000_123_456_789).Put("d4/empty", "").MakeDirectory("d5/empty-directory").Put("d6/large", new byte[3_000_000]));
        await SyncAndCheckAsync(pair);
        Assert.Contains(Together, pair.Guest.ToString(), StringComparison.Ordinal);
        // To a host that is back nothing is wanting.
        await pair.Host.RestartAsync();
        await SyncAndCheckAsync(pair);
        Assert.Equal(2, pair.Guest.ToString().Split(Together).Length);
        // All is known as it stands: a restart finds nothing to do.
        await pair.Guest.RestartAsync();
        await SyncAndCheckAsync(pair);
        Assert.Equal(0, (await pair.Guest.StatusAsync()).GetProperty("filesHashed").GetInt64());
    }

    [Fact]
    public async Task Edits_on_both_sides_while_it_comes_are_kept()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => Fill(tree));
        TestGuest guest = await pair.AddGuestAsync();
        await FreezeMidwayAsync(guest);
        guest.Tree.Put("mine", "made here").Put("d3/mine", "made here, in a directory that is to come").Put("d7/f1", "made here at a name that is to come").Put("d9", "a file where a directory is to come");
        pair.Host.Tree.Put("d1/f1", "edited there").Put("late/new", "made there").Delete("d2/f2").Move("d4", "moved");
        Go(guest);
        await SyncAndCheckAsync(pair);
        pair.Check("mine", "made here").Check("d3/mine", "made here, in a directory that is to come").Check("d1/f1", "edited there").Check("late/new", "made there").Check("d2/f2", null);
        Assert.False(pair.Host.Tree.Has("d4"));
        Assert.Equal(FilesEach, Directory.GetFiles(pair.Host.Tree.At("moved")).Length);
        // Both bytes of what came to one name are somewhere.
        string[] both = [.. pair.Host.Tree.Paths().Where(path => path.StartsWith("d7/f1", StringComparison.Ordinal) && !path.StartsWith("d7/f1_", StringComparison.Ordinal)).Select(path => pair.Host.Tree.Read(path)).Distinct()];
        Assert.Contains("made here at a name that is to come", both);
        Assert.Contains(Content(7, 1), both);
        Assert.Contains(pair.Host.Tree.Paths(), path => path.StartsWith("d9", StringComparison.Ordinal) && File.Exists(pair.Host.Tree.At(path)) && pair.Host.Tree.Read(path) == "a file where a directory is to come");
        Assert.Contains(pair.Host.Tree.Paths(), path => path.StartsWith("d9", StringComparison.Ordinal) && path.EndsWith("/f5", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_guest_that_is_killed_goes_on_where_it_was()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => Fill(tree));
        TestGuest guest = await pair.AddGuestAsync();
        await FreezeMidwayAsync(guest);
        ulong built = Libc.TryStat(Path.Combine(Stage(guest), "d10", "f1"))!.Value.Inode;
        await guest.KillAsync();
        pair.Host.Tree.Put("d1/f1", "edited there").Delete("d39");
        await guest.StartAsync();
        await SyncAndCheckAsync(pair);
        Assert.DoesNotContain(pair.Host.Tree.Paths(), path => path.Contains("(conflict", StringComparison.Ordinal));
        pair.Check("d1/f1", "edited there");
        // What was there is used: it is the same file.
        Assert.Equal(built, guest.Tree.Stat("d10/f1").Inode);
    }

    [Fact]
    public async Task A_guest_that_is_killed_while_all_is_moved_in_takes_nothing_of_it_for_its_own()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => Fill(tree).MakeDirectory("d37/empty").MakeDirectory("d36/empty"));
        TestGuest guest = await pair.AddGuestAsync();
        await FreezeMidwayAsync(guest);
        // This it is told of while it builds,
        pair.Host.Tree.Put("d1/f1", "edited there").Delete("d2/f2").Delete("d39").Delete("d37/empty").Move("d4", "moved");
        Go(guest);
        await Eventually.HoldsAsync(() => Directory.Exists(guest.Tree.At("d0")), () => $"what was built is moved in\n{guest}");
        await guest.KillAsync();
        // and this only in its next life.
        pair.Host.Tree.Put("d5/f1", "edited there").Delete("d6/f2").Delete("d38").Delete("d36/empty").Move("d7", "moved too");
        await guest.StartAsync();
        await SyncAndCheckAsync(pair);
        pair.Check("d1/f1", "edited there").Check("d2/f2", null).Check("d37/empty", null).Check("d5/f1", "edited there").Check("d6/f2", null).Check("d36/empty", null);
        foreach (string gone in (string[])["d39", "d38", "d4", "d7"])
            pair.Check(gone, null);
        Assert.DoesNotContain(pair.Host.Tree.Paths(), path => path.Contains("(conflict", StringComparison.Ordinal));
        Assert.Equal(2 * FilesEach, Directory.GetFiles(pair.Host.Tree.At("moved")).Length + Directory.GetFiles(pair.Host.Tree.At("moved too")).Length);
    }

    [Fact]
    public async Task What_an_earlier_life_has_built_and_is_not_wanted_any_more_is_not_moved_in()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => Fill(tree).Put("d1/left.out", "once").Put("d2/out/f", "once"));
        TestGuest guest = await pair.AddGuestAsync();
        await Eventually.HoldsAsync(() => File.Exists(Path.Combine(Stage(guest), "d1", "left.out")) && File.Exists(Path.Combine(Stage(guest), "d2", "out", "f")), () => $"the tree is being built\n{guest}");
        await guest.KillAsync();
        (await pair.Host.RunAsync("share", "set", Pair.Share, "--ignore", "*.out", "--ignore", "out/")).Expect(0);
        await guest.StartAsync();
        await pair.SyncAsync();
        await StageIsGoneAsync(guest);
        Assert.Contains(Together, guest.ToString(), StringComparison.Ordinal);
        guest.Tree.Check("d1/left.out", null).Check("d2/out/f", null).Check("d2/f3", Content(2, 3));
    }

    [Fact]
    public async Task A_host_that_is_killed_is_followed_again()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => Fill(tree));
        TestGuest guest = await pair.AddGuestAsync();
        await FreezeMidwayAsync(guest);
        await pair.Host.KillAsync();
        guest.Tree.Put("mine", "made here");
        Go(guest);
        pair.Host.Tree.Put("d1/f1", "edited there");
        await pair.Host.StartAsync();
        await SyncAndCheckAsync(pair);
        pair.Check("mine", "made here").Check("d1/f1", "edited there");
        Assert.DoesNotContain(pair.Host.Tree.Paths(), path => path.Contains("(conflict", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_a_directory_has_already_stays_and_is_not_sent_again()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => Fill(tree));
        // As long as the host looks, a directory with something in it gets one file after the other.
        (await pair.Host.RunAsync("flush")).Expect(0);
        TestGuest guest = await pair.AddGuestAsync(tree =>
        {
            for (int d = 0; d < 6; d++)
                for (int f = 0; f < FilesEach; f++)
                    tree.Put($"d{d}/f{f}", Content(d, f));
            tree.Put("d7/extra", "only here").Put("d8/f1", "another").Put("other/extra", "only here");
        });
        await SyncAndCheckAsync(pair);
        Assert.Contains(Together, guest.ToString(), StringComparison.Ordinal);
        pair.Check("d7/extra", "only here").Check("other/extra", "only here");
        Assert.NotEmpty(pair.Host.Tree.ConflictCopies("d8/f1"));
        // Some of it may come packed.
        Assert.InRange((await guest.StatusAsync()).GetProperty("bytesReceived").GetInt64(), Bytes(7) / 2, Bytes(5));
    }

    [Theory]
    [InlineData(".syncignore")]
    [InlineData("d1/.syncignore")]
    public async Task Ignore_files_hold_from_the_first_moment(string rules)
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => Fill(tree).Put(rules, "*.tmp\n").Put("d1/host.tmp", "left out"));
        TestGuest guest = await pair.AddGuestAsync(tree => tree.Put("d1/guest.tmp", "left out"));
        await pair.SyncAsync();
        await StageIsGoneAsync(guest);
        guest.Tree.Check("d1/guest.tmp", "left out").Check("d1/host.tmp", null).Check("d2/f3", Content(2, 3)).Check(rules, "*.tmp\n");
        pair.Host.Tree.Check("d1/guest.tmp", null);
    }

    [Fact]
    public async Task A_guest_that_may_only_read_gets_it_too_and_its_own_stays_its_own()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => Fill(tree));
        TestGuest guest = pair.NewGuest(tree => tree.Put("d1/mine", "stays"));
        (await guest.JoinAsync(await pair.Host.InviteAsync("--read-only"))).Expect(0);
        await guest.StartAsync();
        await guest.StateAsync("in-sync");
        await StageIsGoneAsync(guest);
        guest.Tree.Check("d1/mine", "stays").Check("d39/f74", Content(39, 74));
        pair.Host.Tree.Check("d1/mine", null);
        Assert.Contains(Together, guest.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_part_of_a_share_is_filled_as_well()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => Fill(tree, "part/").Put("other", "not this"));
        TestGuest guest = pair.NewGuest();
        (await guest.JoinAsync(await pair.Host.InviteAsync(), "--path", "part")).Expect(0);
        await guest.StartAsync();
        await pair.SyncAsync();
        Assert.Contains(Together, guest.ToString(), StringComparison.Ordinal);
        guest.Tree.Check("d39/f74", Content(39, 74)).Check("other", null);
    }

    private static TestTree Fill(TestTree tree, string under = "")
    {
        for (int d = 0; d < Directories; d++)
            for (int f = 0; f < FilesEach; f++)
                tree.Put($"{under}d{d}/f{f}", Content(d, f));
        return tree;
    }

    private static string Content(int directory, int file) => string.Concat(Enumerable.Repeat($"{directory}/{file}\n", 2_000));

    /// <summary>The bytes of the directories from one on.</summary>
    private static long Bytes(int from) => Enumerable.Range(from, Directories - from).Sum(d => Enumerable.Range(0, FilesEach).Sum(f => (long)Content(d, f).Length));

    private static string Stage(TestGuest guest) => Path.Combine(guest.Tree.Root, ".sync", "first", "next");

    /// <summary>Stops the guest's agent where it stands, when some of the tree is there and most is not.</summary>
    private static async Task FreezeMidwayAsync(TestGuest guest)
    {
        // Complete files have the mtime of the host's, which were there before.
        string file = Path.Combine(Stage(guest), "d10", "f1");
        using Process process = Process.GetProcessById(guest.ProcessId);
        DateTime started = process.StartTime.ToUniversalTime();
        await Eventually.HoldsAsync(() => File.Exists(file) && File.GetLastWriteTimeUtc(file) < started, () => $"the tree is being built\n{guest}");
        Libc.Signal(guest.ProcessId, Libc.SigStop);
    }

    private static void Go(TestGuest guest) => Libc.Signal(guest.ProcessId, SigCont);

    private static Task StageIsGoneAsync(TestGuest guest) =>
        Eventually.HoldsAsync(() => !Directory.Exists(Path.Combine(guest.Tree.Root, ".sync", "first")), () => $"nothing is left beside\n{guest}");

    private static async Task SyncAndCheckAsync(Pair pair)
    {
        await pair.SyncAndCheckAsync();
        foreach (TestGuest guest in pair.Guests)
            await StageIsGoneAsync(guest);
    }
}
