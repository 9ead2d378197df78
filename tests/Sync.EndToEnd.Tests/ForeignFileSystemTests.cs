using System.Globalization;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>A guest on NTFS by FUSE: no flags of rename, inodes that it makes up, times in steps of 100 ns, modes that are all the same.</summary>
public sealed class ForeignFileSystemTests
{
    [Fact]
    public async Task Files_come_and_go_without_conflict_copies_and_keep_their_modes_elsewhere()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree =>
        {
            for (int i = 0; i < 100; i++) tree.Put(string.Create(CultureInfo.InvariantCulture, $"d/f{i}"), "content " + i);
            tree.Put("tool", "#!/bin/sh\n");
        });
        File.SetUnixFileMode(pair.Host.Tree.At("tool"), (UnixFileMode)Convert.ToInt32("4755", 8));
        TestGuest guest = pair.NewGuest();
        await using Mounted ntfs = await Mounted.NtfsAsync(pair.Temporary("ntfs"), guest.Tree.Root);
        (await guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await guest.StartAsync();
        await guest.FlushAsync();
        File.Move(pair.Host.Tree.At("d/f7"), pair.Host.Tree.At("d/F7"));
        guest.Tree.Put("d/f8", "edited there").Put("own", "1").Delete("d/f9");
        await pair.SyncAsync();
        foreach (TestTree tree in (TestTree[])[pair.Host.Tree, guest.Tree])
        {
            Assert.Equal(99, Directory.GetFiles(tree.At("d")).Length);
            Assert.Contains(tree.At("d/F7"), Directory.GetFiles(tree.At("d")));
            tree.Check("d/f8", "edited there").Check("own", "1").Check("d/f10", "content 10").Check("tool", "#!/bin/sh\n");
        }

        Assert.Equal((UnixFileMode)Convert.ToInt32("4755", 8), File.GetUnixFileMode(pair.Host.Tree.At("tool")));
        await guest.StateAsync("in-sync");
        await guest.StopAsync();
    }
}
