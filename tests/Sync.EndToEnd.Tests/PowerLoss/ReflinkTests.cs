using System.Security.Cryptography;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests.PowerLoss;

/// <summary>On file systems where files can share blocks, what is kept or copied within one takes next to no room. The room tells, on a disk that nobody else writes to.</summary>
public sealed class ReflinkTests
{
    private const int Size = 64 << 20;

    /// <summary>What metadata, journals and small files may take.</summary>
    private const long Little = 16L << 20;

    [Theory]
    [InlineData("xfs", true)]
    [InlineData("btrfs", true)]
    [InlineData("ext4", false)]
    public async Task Tags_and_cached_workspaces_share_blocks_where_the_file_system_can(string fileSystem, bool shares)
    {
        await using DiskShelf shelf = await DiskShelf.OpenAsync();
        await using Disk disk = await Disk.MakeAsync(shelf, fileSystem, "disk");
        var tree = new TestTree(Directory.CreateDirectory(At("tree")).FullName);
        byte[] artifact = RandomNumberGenerator.GetBytes(Size);
        tree.Put("artifact", artifact).Put("small", "1");
        await using var host = new TestHost(At("host.data"), FreePort.Take(), Pair.Share + "=" + tree.Root) { Tree = tree };
        await host.StartAsync();
        await host.StateAsync("in-sync");
        await using var guest = new TestGuest(At("guest.data"), new TestTree(At("unused")));
        string token = await host.InviteAsync();

        Expect(await TakenByAsync(async () => (await host.RunAsync("tag", Pair.Share, "v1")).Expect(0)), shares ? 0 : 1);
        // It comes once, and goes to the cache out of the workspace's file.
        Expect(await TakenByAsync(async () => (await guest.RunAsync("pull", token, At("one"), "--cache", At("cache"))).Expect(0)), shares ? 1 : 2);
        Expect(await TakenByAsync(async () => (await guest.RunAsync("pull", Pair.Share, At("two"), "--cache", At("cache"))).Expect(0)), shares ? 0 : 1);
        CheckSame("two");

        // Written to in place, on every side: none sees another's bytes.
        await OverwriteAsync(tree.At("artifact"));
        await OverwriteAsync(Path.Combine(At("one"), "artifact"));
        (await host.RunAsync("flush")).Expect(0);
        (await guest.RunAsync("pull", Pair.Share, At("three"), "--at", "v1", "--cache", At("cache"))).Expect(0);
        Assert.Equal(artifact, await File.ReadAllBytesAsync(Path.Combine(At("three"), "artifact"), TestContext.Current.CancellationToken));
        Assert.Equal(artifact, await File.ReadAllBytesAsync(Path.Combine(At("two"), "artifact"), TestContext.Current.CancellationToken));
        (await guest.RunAsync("pull", Pair.Share, At("one"), "--cache", At("cache"))).Expect(0);
        CheckSame("one");

        string At(string name) => Path.Combine(disk.Directory, name);

        void CheckSame(string workspace)
        {
            string diff = TreeSnapshot.Diff(TreeSnapshot.Of(tree.Root), TreeSnapshot.Of(At(workspace)), "the share", workspace);
            Assert.True(diff.Length == 0, diff);
        }

        async Task<long> TakenByAsync(Func<Task> what)
        {
            long before = await FreeAsync();
            await what();
            return before - await FreeAsync();
        }

        async Task<long> FreeAsync()
        {
            (await SystemCommand.RunAsync("sync", "--file-system", disk.Directory)).Expect(0);
            return new DriveInfo(disk.Directory).AvailableFreeSpace;
        }
    }

    private static void Expect(long taken, int copies) =>
        Assert.True(taken > ((long)Size * copies) - Little && taken < ((long)Size * copies) + Little, $"{taken} bytes were taken, {copies} copies of {Size} were expected");

    private static async Task OverwriteAsync(string path)
    {
        await using FileStream file = File.OpenWrite(path);
        file.Position = Size / 2;
        file.Write(RandomNumberGenerator.GetBytes(4096));
    }
}
