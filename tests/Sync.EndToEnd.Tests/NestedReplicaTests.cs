using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>A synced directory in another agent's: changes would chase themselves, a level deeper each time.</summary>
public sealed class NestedReplicaTests
{
    [Fact]
    public async Task A_directory_that_holds_another_agents_is_refused()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        string outer = Directory.CreateDirectory(pair.Temporary("outer")).FullName;
        Directory.CreateDirectory(Path.Combine(outer, "deep", "inner"));
        await using TestGuest inner = new(pair.Temporary("inner.data"), new TestTree(Path.Combine(outer, "deep", "inner")));
        await using TestGuest other = new(pair.Temporary("other.data"), new TestTree(outer));
        (await inner.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await inner.StartAsync();
        (await inner.RunAsync("flush", "--timeout", "60s")).Expect(0);
        string token = await pair.Host.InviteAsync();
        (await other.JoinAsync(token)).ExpectLine(1, outer, "holds", Path.Combine("deep", "inner"), "synced by itself");
        (await pair.Host.RunAsync("share", "add", "outer", outer)).ExpectLine(1, outer, "holds", "synced by itself");
        // Nor when it does not run.
        await inner.StopAsync();
        (await other.JoinAsync(token)).ExpectLine(1, outer, "holds", "synced by itself");
        Directory.Delete(inner.Tree.At(".sync"), recursive: true);
        (await other.JoinAsync(token)).Expect(0);
    }

    [Fact]
    public async Task A_mount_of_a_part_of_a_share_that_is_joined_halts_the_share()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1").Put("inner/b", "2"));
        await pair.SyncAsync();
        string mount = Directory.CreateDirectory(pair.Temporary("mount")).FullName;
        await using TestGuest other = new(pair.Temporary("other.data"), new TestTree(mount));
        await using (await Mounted.FuseAsync(pair.Host.Tree.At("inner"), mount))
        {
            (await other.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
            await other.StartAsync();
            await pair.Host.StateAsync("halted");
            Assert.Contains("inner/.sync", (await pair.Host.RunAsync("status", "--json")).Output, StringComparison.Ordinal);
            await other.StopAsync();
        }

        // Halted again at each start, as long as it is there.
        await pair.Host.StopAsync();
        await pair.Host.StartAsync();
        await pair.Host.StateAsync("halted");
        pair.Guest.Tree.Check("a", "1").Check("inner/b", "2");
        Assert.False(Directory.Exists(pair.Guest.Tree.At("inner/.sync/staging")));
        Directory.Delete(pair.Host.Tree.At("inner/.sync"), recursive: true);
        if (Directory.Exists(pair.Host.Tree.At("inner/inner"))) Directory.Delete(pair.Host.Tree.At("inner/inner"), recursive: true);
        (await pair.Host.RunAsync("resume")).Expect(0);
        await pair.Host.StateAsync("in-sync");
        pair.Guest.Tree.Put("after", "3");
        await pair.SyncAndCheckAsync();
        pair.Check("a", "1").Check("inner/b", "2").Check("after", "3");
    }
}
