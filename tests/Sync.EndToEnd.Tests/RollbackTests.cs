using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>One side goes back in time: a virtual machine to a snapshot, a host to a backup. What the others did since stands.</summary>
public sealed class RollbackTests
{
    [Fact]
    public async Task A_guest_rolled_back_as_a_whole_takes_up_what_is_newer()
    {
        await using Pair pair = await Pair.StartAsync(before: Old);
        await pair.SyncAsync();
        await pair.Guest.StopAsync();
        SavedState snapshot = await SavedState.OfAsync(pair.Temporary("snapshot"), pair.Guest.Tree.Root, pair.Guest.DataDirectory);
        await pair.Guest.StartAsync();
        TreeSnapshot newest = await NewerAsync(pair);
        await pair.Guest.StopAsync();
        await snapshot.PutBackAsync();
        await pair.Guest.StartAsync();
        await pair.SyncAndCheckAsync();
        Assert.Equal("", TreeSnapshot.Diff(newest, TreeSnapshot.Of(pair.Host.Tree.Root)));
    }

    [Fact]
    public async Task Only_the_directory_rolled_back_overwrites_nothing_newer()
    {
        await using Pair pair = await Pair.StartAsync(before: Old);
        await pair.SyncAsync();
        await pair.Guest.StopAsync();
        SavedState snapshot = await SavedState.OfAsync(pair.Temporary("snapshot"), pair.Guest.Tree.Root);
        await pair.Guest.StartAsync();
        TreeSnapshot newest = await NewerAsync(pair);
        await pair.Guest.StopAsync();
        await snapshot.PutBackAsync();
        await pair.Guest.StartAsync();
        await pair.SyncAndCheckAsync();
        CheckNewest(pair, newest);
    }

    [Fact]
    public async Task Only_the_directory_rolled_back_within_one_life_of_the_agent_is_noticed()
    {
        await using Pair pair = await Pair.StartAsync(before: Old);
        await pair.SyncAsync();
        SavedState snapshot = await SavedState.OfAsync(pair.Temporary("snapshot"), pair.Guest.Tree.Root);
        TreeSnapshot newest = await NewerAsync(pair);
        await pair.Guest.StopAsync();
        await snapshot.PutBackAsync();
        await pair.Guest.StartAsync();
        await pair.SyncAndCheckAsync();
        CheckNewest(pair, newest);
    }

    [Fact]
    public async Task Only_the_data_directory_rolled_back_makes_no_conflict_of_what_was_in_sync()
    {
        await using Pair pair = await Pair.StartAsync(before: Old);
        await pair.SyncAsync();
        await pair.Guest.StopAsync();
        SavedState snapshot = await SavedState.OfAsync(pair.Temporary("snapshot"), pair.Guest.DataDirectory);
        await pair.Guest.StartAsync();
        await NewerAsync(pair);
        await pair.Guest.StopAsync();
        await snapshot.PutBackAsync();
        pair.Guest.Tree.Put("untouched", "edited while stopped").Delete("gone-later");
        TreeSnapshot newest = TreeSnapshot.Of(pair.Guest.Tree.Root);
        await pair.Guest.StartAsync();
        await pair.SyncAndCheckAsync();
        Assert.Equal("", TreeSnapshot.Diff(newest, TreeSnapshot.Of(pair.Host.Tree.Root)));
    }

    [Fact]
    public async Task A_host_whose_data_is_restored_from_a_backup_loses_nothing_newer()
    {
        await using Pair pair = await Pair.StartAsync(guests: 2, before: Old);
        await pair.SyncAsync();
        await pair.Host.StopAsync();
        SavedState backup = await SavedState.OfAsync(pair.Temporary("backup"), pair.Host.DataDirectory);
        await pair.Host.StartAsync();
        await NewerAsync(pair);
        await pair.Host.StopAsync();
        await backup.PutBackAsync();
        // While the host is away: work that it never saw, on a guest and on its own disk.
        pair.Guest.Tree.Put("guest-offline", "g").Put("edited-on-guest", "newest of all");
        pair.Host.Tree.Put("host-offline", "h").Put("edited-on-host", "newest of all");
        await pair.Host.StartAsync();
        await pair.SyncAndCheckAsync();
        pair.Check("guest-offline", "g").Check("host-offline", "h").Check("both", "newer by the guest").Check("edited-on-host", "newest of all")
            .Check("made-on-guest", "new").Check("deep/er/moved", "moves");
        Assert.Contains("newest of all", Everywhere(pair, "edited-on-guest"));
        // Nothing but what was edited meanwhile can be in doubt: the restored journal knows neither of the two contents.
        Assert.All(pair.Host.Tree.Paths().Where(path => path.Contains("(conflict", StringComparison.Ordinal)), path => Assert.StartsWith("edited-on-", path, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_host_rolled_back_as_a_whole_keeps_what_its_guests_have()
    {
        await using Pair pair = await Pair.StartAsync(before: Old);
        await pair.SyncAsync();
        await pair.Host.StopAsync();
        SavedState backup = await SavedState.OfAsync(pair.Temporary("backup"), pair.Host.Tree.Root, pair.Host.DataDirectory);
        await pair.Host.StartAsync();
        await NewerAsync(pair);
        await pair.Host.StopAsync();
        await backup.PutBackAsync();
        await pair.Host.StartAsync();
        await pair.SyncAndCheckAsync();
        pair.Check("made-on-guest", "new").Check("untouched", "same");
        Assert.Contains("newer by the guest", Everywhere(pair, "both"));
        Assert.Contains("by the host", Everywhere(pair, "edited-on-host"));
    }

    private static void Old(TestTree tree) => tree.Put("edited-on-host", "old").Put("edited-on-guest", "old").Put("both", "old").Put("deep/moved", "moves")
        .Put("gone", "deleted on the host").Put("gone-later", "still there").Put("untouched", "same").Put("deep/large", [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * i))]);

    /// <summary>Newer work on both sides, in sync.</summary>
    private static async Task<TreeSnapshot> NewerAsync(Pair pair)
    {
        pair.Host.Tree.Put("edited-on-host", "by the host").Put("made-on-host", "new").Put("both", "newer by the host").Delete("gone");
        await pair.SyncAsync();
        pair.Guest.Tree.Put("edited-on-guest", "by the guest").Put("made-on-guest", "new").Put("both", "newer by the guest").Move("deep/moved", "deep/er/moved");
        await pair.SyncAndCheckAsync();
        return TreeSnapshot.Of(pair.Host.Tree.Root);
    }

    /// <summary>Everything is as it was newest. What the journal knows as an earlier content of a path is stale, and no copy is made of it.</summary>
    private static void CheckNewest(Pair pair, TreeSnapshot newest)
    {
        TreeSnapshot now = TreeSnapshot.Of(pair.Host.Tree.Root);
        foreach ((string path, SnapshotEntry entry) in newest.Entries)
            Assert.Equal((path, entry.Content), (path, now.Entries.GetValueOrDefault(path)?.Content));
        Assert.DoesNotContain(now.Entries.Keys, path => path.Contains("(conflict", StringComparison.Ordinal));
    }

    /// <summary>What a file and its conflict copies hold.</summary>
    private static string[] Everywhere(Pair pair, string path) =>
        [.. ((string[])[path, .. pair.Host.Tree.ConflictCopies(path)]).Where(pair.Host.Tree.Has).Select(pair.Host.Tree.Read)];
}
