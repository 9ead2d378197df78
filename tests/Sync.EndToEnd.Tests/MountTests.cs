using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>File systems that come, go and fill up beneath an agent.</summary>
public sealed class MountTests
{
    [Fact]
    public async Task A_root_that_another_file_system_covers_halts_and_goes_on_after_resume()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1").Put("d/b", "2"));
        await pair.SyncAsync();
        await using (await Mounted.TmpfsAsync(pair.Guest.Tree.Root, 4))
        {
            await pair.Guest.StateAsync("halted");
            await pair.Guest.FlushAsync(expect: 4);
            pair.Host.Tree.Check("a", "1").Check("d/b", "2").Put("meanwhile", "3");
            // Nothing has changed by then: it stays halted.
            (await pair.Guest.RunAsync("resume")).Expect(0);
            await pair.Guest.StateAsync("halted");
            pair.Host.Tree.Check("a", "1").Check("d/b", "2");
        }

        (await pair.Guest.RunAsync("resume")).Expect(0);
        await pair.Guest.StateAsync("syncing", "in-sync");
        await pair.SyncAndCheckAsync();
        pair.Check("a", "1").Check("meanwhile", "3");
    }

    [Fact]
    public async Task A_root_that_is_not_mounted_at_the_start_halts_and_goes_on_after_resume()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1").Put("d/b", "2"));
        await pair.SyncAsync();
        await pair.Guest.StopAsync();
        await using (await Mounted.TmpfsAsync(pair.Guest.Tree.Root, 4))
        {
            await pair.Guest.StartAsync();
            await pair.Guest.StateAsync("halted");
            await pair.Guest.FlushAsync(expect: 4);
            pair.Host.Tree.Check("a", "1").Check("d/b", "2");
        }

        (await pair.Guest.RunAsync("resume")).Expect(0);
        await pair.Guest.StateAsync("syncing", "in-sync");
        await pair.SyncAndCheckAsync();
        pair.Check("a", "1").Check("d/b", "2");
    }

    [Fact]
    public async Task A_removable_root_that_is_unplugged_halts_and_goes_on_when_it_is_plugged_in_again()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a", "1").Put("d/b", "2"));
        TestGuest guest = pair.NewGuest();
        await using LoopImage medium = await LoopImage.MountAsync(pair.Temporary("medium"), guest.Tree.Root);
        (await guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await guest.StartAsync();
        guest.Tree.Put("own", "3");
        await pair.SyncAndCheckAsync();
        await medium.UnplugAsync();
        await guest.StateAsync("halted");
        await guest.FlushAsync(expect: 4);
        pair.Host.Tree.Check("a", "1").Check("d/b", "2").Check("own", "3").Put("meanwhile", "4").Delete("d/b");
        await medium.PlugInAsync();
        // Nobody says "resume".
        await guest.StateAsync("syncing", "in-sync");
        await pair.SyncAndCheckAsync();
        pair.Check("a", "1").Check("own", "3").Check("meanwhile", "4").Check("d/b", null);
        await guest.StopAsync();
    }

    [Fact]
    public async Task A_mount_of_a_shares_own_directory_is_refused()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("inner/a", "1"));
        await pair.SyncAsync();
        string mount = Directory.CreateDirectory(pair.Temporary("mount")).FullName;
        await using TestGuest other = new(pair.Temporary("other.data"), new TestTree(mount));
        await using (await Mounted.FuseAsync(pair.Host.Tree.Root, mount))
        {
            string token = await pair.Host.InviteAsync();
            (await other.JoinAsync(token)).ExpectLine(1, mount, "fuse", "another machine syncs it", ".sync");
            (await other.RunAsync("join", token, Path.Combine(mount, "inner"))).ExpectLine(1, mount, "another machine syncs it");
            (await pair.Host.RunAsync("share", "add", "loop", mount)).ExpectLine(1, mount, "another machine syncs it");
        }

        Assert.False(Directory.Exists(pair.Host.Tree.At("inner/.sync")));
        // A directory that nobody syncs may be there.
        string free = Directory.CreateDirectory(pair.Temporary("free")).FullName;
        await using (await Mounted.FuseAsync(free, mount))
            (await other.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
    }

    [Fact]
    public async Task The_hosts_root_covered_while_it_runs_halts_and_deletes_nothing_on_guests()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1").Put("d/b", "2"));
        string second = Directory.CreateDirectory(pair.Temporary("second")).FullName;
        (await pair.Host.RunAsync("share", "add", "second", second)).Expect(0);
        (await pair.Guest.RunAsync("join", await pair.Host.InviteAsync("--share", "second"), pair.Temporary("second.guest"))).Expect(0);
        await pair.SyncAsync();
        await using (await Mounted.TmpfsAsync(pair.Host.Tree.Root, 4))
        {
            await pair.Host.StateAsync("halted");
            (await pair.Host.RunAsync("flush", "--share", Pair.Share)).ExpectError(4, pair.Host.Tree.Root, "resume");
            pair.Guest.Tree.Check("a", "1").Check("d/b", "2").Put("meanwhile", "3");
            // The other share goes on.
            File.WriteAllText(Path.Combine(second, "works"), "1");
            (await pair.Guest.RunAsync("flush", "--share", "second")).Expect(0);
            Assert.True(File.Exists(Path.Combine(pair.Temporary("second.guest"), "works")));
        }

        (await pair.Host.RunAsync("resume")).Expect(0);
        await pair.Host.StateAsync("syncing", "in-sync");
        await pair.SyncAndCheckAsync();
        pair.Check("a", "1").Check("d/b", "2").Check("meanwhile", "3");
    }

    [Fact]
    public async Task A_hosts_full_disk_is_told_and_goes_on_when_there_is_room_and_other_shares_work()
    {
        await using Pair pair = await Pair.StartAsync();
        string small = Directory.CreateDirectory(pair.Temporary("small")).FullName;
        await using Mounted mounted = await Mounted.TmpfsAsync(small, 8);
        (await pair.Host.RunAsync("share", "add", "small", small)).Expect(0);
        string guest = pair.Temporary("small.guest");
        (await pair.Guest.RunAsync("join", await pair.Host.InviteAsync("--share", "small"), guest)).Expect(0);
        (await pair.Guest.RunAsync("flush", "--share", "small")).Expect(0);
        byte[] filler = new byte[6 << 20];
        Random.Shared.NextBytes(filler);
        string ignored = Path.Combine(small, ".filler.swp");
        File.WriteAllBytes(ignored, filler);
        byte[] large = new byte[4 << 20];
        Random.Shared.NextBytes(large);
        File.WriteAllBytes(Path.Combine(guest, "large"), large);
        pair.Guest.Tree.Put("elsewhere", "1");
        await pair.Guest.FlushAsync(share: Pair.Share);
        pair.Host.Tree.Check("elsewhere", "1");
        (await pair.Guest.RunAsync("flush", "--share", "small", "--timeout", "10s")).ExpectError(1, "large", "free");
        Assert.False(File.Exists(Path.Combine(small, "large")), $"large stands there: {string.Join(", ", Directory.GetFiles(small, "*", SearchOption.AllDirectories).Select(f => $"{f} {new FileInfo(f).Length}"))}\n{pair.Host}\n{pair.Guest}");
        File.Delete(ignored);
        await Eventually.HoldsAsync(() => File.Exists(Path.Combine(small, "large")), () => $"large is placed\n{pair.Host}\n{pair.Guest}");
        (await pair.Guest.RunAsync("flush", "--share", "small")).Expect(0);
        Assert.Equal(large, File.ReadAllBytes(Path.Combine(small, "large")));
        await pair.Host.StopAsync();
    }

    [Fact]
    public async Task Mount_points_that_appear_and_vanish_are_no_change()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("m/under", "1").Put("a", "1"));
        await pair.SyncAsync();
        await using (await Mounted.TmpfsAsync(pair.Guest.Tree.At("m"), 4))
        {
            pair.Guest.Tree.Put("m/on-the-mount", "never synced").Put("b", "2");
            await pair.Guest.FlushAsync();
            await pair.Guest.RestartAsync();
            await pair.Guest.FlushAsync();
            Assert.Equal(["m"], await pair.Guest.ProblemPathsAsync("mount"));
            pair.Host.Tree.Check("m/under", "1").Check("m/on-the-mount", null).Check("b", "2");
        }

        await pair.Guest.RestartAsync();
        await pair.SyncAndCheckAsync();
        pair.Check("m/under", "1").Check("m/on-the-mount", null);
        Assert.Empty(await pair.Guest.ProblemPathsAsync("mount"));
    }

    [Fact]
    public async Task A_full_disk_is_told_with_the_path_and_goes_on_when_there_is_room()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        TestGuest guest = pair.NewGuest();
        await using Mounted mounted = await Mounted.TmpfsAsync(guest.Tree.Root, 8);
        (await guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await guest.StartAsync();
        byte[] filler = new byte[6 << 20];
        Random.Shared.NextBytes(filler);
        string ignored = guest.Tree.At(".filler.swp");
        File.WriteAllBytes(ignored, filler);
        byte[] large = new byte[4 << 20];
        Random.Shared.NextBytes(large);
        pair.Host.Tree.Put("large", large).Put("small", "1");
        CommandResult full = await guest.FlushAsync(expect: 1);
        full.ExpectError(1, "large", "free");
        Assert.Equal(["large"], await guest.ProblemPathsAsync("no-space"));
        guest.Tree.Check("large", null);
        File.Delete(ignored);
        // A flush does not wait for the next try: it is one.
        await pair.SyncAndCheckAsync();
        Assert.True(guest.Tree.Has("large"));
        await guest.StopAsync();
    }

    [Fact]
    public async Task A_version_store_that_is_full_of_what_is_young_halts_the_path_and_goes_on_when_it_may_take_more()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        TestGuest guest = pair.NewGuest();
        await using Mounted mounted = await Mounted.TmpfsAsync(guest.Tree.Root, 8);
        (await guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await guest.StartAsync();
        byte[][] contents = [.. Enumerable.Range(0, 3).Select(i => new byte[500_000])];
        foreach (byte[] content in contents)
            Random.Shared.NextBytes(content);
        pair.Host.Tree.Put("a", contents[0]);
        await guest.FlushAsync();
        pair.Host.Tree.Put("a", contents[1]);
        await guest.FlushAsync();
        // A tenth of 8 MiB is taken by the first: the second may not push it out before it is a day old.
        pair.Host.Tree.Put("a", contents[2]).Put("b", "goes on");
        (await guest.RunAsync("flush", "--timeout", "20s")).ExpectError(1, "a:", "version-percent");
        Assert.Equal(contents[1], File.ReadAllBytes(guest.Tree.At("a")));
        guest.Tree.Check("b", "goes on");
        Assert.Equal(1, (await guest.RunAsync("versions", "list", "--json")).Expect(0).Json.GetProperty("versions").GetArrayLength());
        (await pair.Host.RunAsync("share", "set", Pair.Share, "--version-percent", "40")).Expect(0);
        await Eventually.HoldsAsync(() => File.ReadAllBytes(guest.Tree.At("a")).AsSpan().SequenceEqual(contents[2]), () => $"a is replaced\n{guest}");
        await guest.FlushAsync();
        await guest.StopAsync();
    }

    [Fact]
    public async Task A_data_directory_on_a_full_disk_loses_nothing()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        TestGuest guest = pair.NewGuest();
        Directory.CreateDirectory(guest.DataDirectory);
        await using Mounted mounted = await Mounted.TmpfsAsync(guest.DataDirectory, 4);
        (await guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await guest.StartAsync();
        guest.Tree.Put("before", "1");
        await guest.FlushAsync();
        string filler = Path.Combine(guest.DataDirectory, "filler");
        await FillAsync(filler);
        guest.Tree.Put("during", "2");
        pair.Host.Tree.Put("from-host", "3");
        // What cannot be made durable is not said to be. The index gives its log back when a share comes to rest: once, there may be room again.
        CommandResult full = await guest.RunAsync("flush", "--timeout", "5s");
        for (int i = 0; i < 5 && full.ExitCode == 0; i++)
        {
            await FillAsync(filler);
            guest.Tree.Put("during", "2").Put($"during{i}", "2");
            full = await guest.RunAsync("flush", "--timeout", "5s");
        }

        Assert.True(full.ExitCode is 1 or 4, full.ToString());
        File.Delete(filler);
        await guest.FlushAsync();
        pair.Host.Tree.Check("during", "2").Check("before", "1");
        guest.Tree.Check("from-host", "3");
        await guest.RestartAsync();
        await guest.FlushAsync();
        guest.Tree.Check("from-host", "3").Check("during", "2");
        await guest.StopAsync();
    }

    /// <summary>Writes until the disk is full.</summary>
    private static async Task FillAsync(string path)
    {
        await using FileStream file = new(path, FileMode.Append, FileAccess.Write);
        byte[] block = new byte[4096];
        try
        {
            while (true)
            {
                await file.WriteAsync(block, TestContext.Current.CancellationToken);
                await file.FlushAsync(TestContext.Current.CancellationToken);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
