using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>The host's state is lost, and an old backup is restored.</summary>
public sealed class BackupTests
{
    [Fact]
    public async Task An_old_backup_overwrites_nobodys_newer_work()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1").Put("kept", "same").Put("both", "old"));
        await pair.SyncAndCheckAsync();
        string backup = pair.Temporary("backup.tar.gz");
        // While it runs, and changes go on.
        pair.Host.Tree.Put("busy", "x");
        (await pair.Host.RunProcessAsync("backup", backup)).Expect(0);

        pair.Guest.Tree.Put("a", "2 by the guest").Put("new-by-guest", "g");
        await pair.SyncAndCheckAsync();
        pair.Host.Tree.Put("new-by-host", "h").Put("kept", "same, but newer");
        await pair.SyncAndCheckAsync();

        await pair.Host.KillAsync();
        // Both sides go on without each other, at the same file too.
        pair.Guest.Tree.Put("a", "3 while the host was gone").Put("both", "by the guest");
        pair.Host.Tree.Put("both", "by the host").Put("host-alone", "h2");
        Directory.Delete(pair.Host.DataDirectory, recursive: true);
        (await pair.Host.RunProcessAsync("restore", backup)).Expect(0);
        await pair.Host.StartAsync();

        // The guest is still paired, and comes back by itself.
        await pair.Guest.StateAsync("syncing", "in-sync");
        await pair.SyncAndCheckAsync();
        pair.Check("kept", "same, but newer").Check("new-by-guest", "g").Check("new-by-host", "h").Check("host-alone", "h2").Check("busy", "x");
        // What only the guest has changed since is newer than what stood on the host's disk; without a merge base both are kept.
        Assert.Contains("3 while the host was gone", AllOf(pair.Host.Tree, "a"));
        Assert.Equal(["by the guest", "by the host"], AllOf(pair.Host.Tree, "both").Order(StringComparer.Ordinal));
        Assert.Contains("restore", (await pair.Host.RunAsync("audit")).Expect(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_restored_state_takes_the_place_of_a_newer_one_only_by_force()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        await pair.SyncAndCheckAsync();
        string backup = pair.Temporary("backup.tar.gz");
        (await pair.Host.RunAsync("backup", backup)).Expect(0);
        pair.Guest.Tree.Put("a", "2");
        await pair.SyncAndCheckAsync();
        (await pair.Host.RunAsync("restore", backup, "--force")).ExpectError(1, "another agent");
        await pair.Host.StopAsync();
        (await pair.Host.RunAsync("restore", backup)).ExpectError(1, "--force");
        (await pair.Host.RunAsync("restore", backup, "--force")).Expect(0);
        await pair.Host.StartAsync();
        await pair.Guest.StateAsync("syncing", "in-sync");
        await pair.SyncAndCheckAsync();
        pair.Check("a", "2");
        Assert.Empty(pair.Host.Tree.ConflictCopies("a"));
    }

    /// <summary>The contents of a file and of its conflict copies.</summary>
    private static List<string> AllOf(TestTree tree, string path) => [tree.Read(path), .. tree.ConflictCopies(path).Select(tree.Read)];
}
