using System.Globalization;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>Pulls that are broken off, held up or in each other's way: the directory is the old tree or the new one, and the next pull goes on.</summary>
public sealed class PullFaultTests
{
    private const int Long = 24 << 20;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData(9, 137)]
    [InlineData(2, 1)]
    [InlineData(15, 1)]
    public async Task A_pull_that_is_ended_leaves_the_old_tree_and_the_next_goes_on(int signal, int exitCode)
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a/kept", "kept").Put("version", "1"));
        await using var proxy = new FaultyProxy(pair.Host.Port);
        TestGuest guest = pair.NewGuest();
        var workspace = new TestTree(pair.Temporary("workspace"));
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), workspace.Root)).Expect(0);
        byte[] bytes = new byte[Long];
        new Random(1).NextBytes(bytes);
        pair.Host.Tree.Put("long", bytes).Put("version", "2");

        string next = pair.Temporary(".workspace.sync-pull/next");
        await using (ProcessRun run = Begin(guest, proxy, workspace))
        {
            proxy.Delay = TimeSpan.FromMilliseconds(1);
            await Eventually.HoldsAsync(() => Length(Path.Combine(next, "long")) > 4 << 20, () => $"some of it has come\n{run}");
            proxy.IsStalled = true;
            CommandResult ended = await run.EndBySignalAsync(signal, Limit);
            ended.Expect(exitCode);
        }

        workspace.Check("version", "1").Check("a/kept", "kept").Check("long", null);
        proxy.IsStalled = false;
        proxy.Delay = TimeSpan.Zero;
        CommandResult again = (await guest.RunAsync("pull", Pair.Share, workspace.Root, "--json")).Expect(0);
        PullTests.CheckSame(pair, workspace.Root);
        Assert.InRange(again.Json.GetProperty("bytesReceived").GetInt64(), 1, Long - (3 << 20));
        Assert.False(Directory.Exists(Path.GetDirectoryName(next)));
    }

    [Fact]
    public async Task What_an_interrupted_pull_has_and_the_share_has_changed_since_is_not_used()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => new TreeMaker(5).Fill(tree, 200));
        await using var proxy = new FaultyProxy(pair.Host.Port);
        TestGuest guest = pair.NewGuest();
        var workspace = new TestTree(pair.Temporary("workspace"));
        (await guest.RunAsync("pull", await pair.Host.InviteAsync("--uses", "2"), workspace.Root, "--dry-run")).Expect(0);
        byte[] bytes = new byte[Long];
        new Random(2).NextBytes(bytes);
        pair.Host.Tree.Put("long", bytes);
        await using (ProcessRun run = Begin(guest, proxy, workspace))
        {
            proxy.Delay = TimeSpan.FromMilliseconds(1);
            await Eventually.HoldsAsync(() => Length(pair.Temporary(".workspace.sync-pull/next/long")) > 1 << 20, () => $"some of it has come\n{run}");
            proxy.IsStalled = true;
            await run.EndBySignalAsync(Libc.SigKill, Limit);
        }

        // Other bytes, the same sizes and times.
        long mtime = pair.Host.Tree.Stat("long").MtimeNs;
        new Random(3).NextBytes(bytes);
        pair.Host.Tree.Put("long", bytes).Mtime("long", mtime);
        new TreeMaker(6).Perturb(pair.Host.Tree, 40);
        proxy.IsStalled = false;
        (await guest.RunAsync("pull", Pair.Share, workspace.Root)).Expect(0);
        PullTests.CheckSame(pair, workspace.Root);
    }

    [Fact]
    public async Task A_lost_host_is_told_and_leaves_the_old_tree()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("version", "1"));
        await using var proxy = new FaultyProxy(pair.Host.Port);
        TestGuest guest = pair.NewGuest();
        var workspace = new TestTree(pair.Temporary("workspace"));
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), workspace.Root)).Expect(0);
        byte[] bytes = new byte[Long];
        new Random(1).NextBytes(bytes);
        pair.Host.Tree.Put("long", bytes).Put("version", "2");
        await using (ProcessRun run = Begin(guest, proxy, workspace))
        {
            proxy.Delay = TimeSpan.FromMilliseconds(1);
            await Eventually.HoldsAsync(() => Length(pair.Temporary(".workspace.sync-pull/next/long")) > 1 << 20, () => $"some of it has come\n{run}");
            proxy.Cut();
            (await run.EndAsync(Limit)).ExpectLine(5, "lost");
        }

        workspace.Check("version", "1").Check("long", null);
        await pair.Host.StopAsync();
        (await guest.RunAsync("pull", Pair.Share, workspace.Root)).ExpectLine(5, "listens");
        workspace.Check("version", "1");
    }

    [Fact]
    public async Task A_guest_that_is_revoked_under_way_is_told_and_keeps_the_old_tree()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("version", "1"));
        await using var proxy = new FaultyProxy(pair.Host.Port);
        TestGuest guest = pair.NewGuest();
        var workspace = new TestTree(pair.Temporary("workspace"));
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), workspace.Root, "--name", "agent")).Expect(0);
        byte[] bytes = new byte[Long];
        new Random(1).NextBytes(bytes);
        pair.Host.Tree.Put("long", bytes).Put("version", "2");
        await using ProcessRun run = Begin(guest, proxy, workspace);
        proxy.Delay = TimeSpan.FromMilliseconds(1);
        await Eventually.HoldsAsync(() => Length(pair.Temporary(".workspace.sync-pull/next/long")) > 1 << 20, () => $"some of it has come\n{run}");
        (await pair.Host.RunAsync("guest", "revoke", "agent")).Expect(0);
        (await run.EndAsync(Limit)).ExpectLine(6, "revoked");
        workspace.Check("version", "1").Check("long", null);
    }

    [Fact]
    public async Task A_second_pull_into_a_directory_is_refused_at_once_and_told_who_has_it()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        await using var proxy = new FaultyProxy(pair.Host.Port);
        TestGuest guest = pair.NewGuest();
        var workspace = new TestTree(pair.Temporary("workspace"));
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), workspace.Root)).Expect(0);
        pair.Host.Tree.Put("long", new string('x', Long));
        await using ProcessRun first = Begin(guest, proxy, workspace);
        proxy.Delay = TimeSpan.FromMilliseconds(1);
        await Eventually.HoldsAsync(() => Length(pair.Temporary(".workspace.sync-pull/next/long")) > 1 << 20, () => $"some of it has come\n{first}");
        (await guest.RunAsync("pull", Pair.Share, workspace.Root)).ExpectLine(1, "another pull", first.Id.ToString(CultureInfo.InvariantCulture));
        proxy.Delay = TimeSpan.Zero;
        (await first.EndAsync(Limit)).Expect(0);
        PullTests.CheckSame(pair, workspace.Root);
    }

    [Fact]
    public async Task A_full_disk_is_told_and_leaves_the_old_tree()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("version", "1"));
        TestGuest guest = pair.NewGuest();
        string small = Directory.CreateDirectory(pair.Temporary("small")).FullName;
        await using Mounted mounted = await Mounted.TmpfsAsync(small, 8);
        var workspace = new TestTree(Path.Combine(small, "workspace"));
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), workspace.Root)).Expect(0);
        byte[] bytes = new byte[6 << 20];
        new Random(1).NextBytes(bytes);
        pair.Host.Tree.Put("first", bytes).Put("version", "2");
        // Enough at the start; somebody else takes it meanwhile.
        await using (var proxy = new FaultyProxy(pair.Host.Port))
        {
            await using ProcessRun run = Begin(guest, proxy, workspace);
            proxy.Delay = TimeSpan.FromMilliseconds(1);
            await Eventually.HoldsAsync(() => Length(Path.Combine(small, ".workspace.sync-pull/next/first")) > 1 << 20, () => $"some of it has come\n{run}");
            await File.WriteAllBytesAsync(Path.Combine(small, "other"), new byte[4 << 20], TestContext.Current.CancellationToken);
            (await run.EndAsync(Limit)).ExpectLine(1, "full");
        }

        workspace.Check("version", "1").Check("first", null);
        // Not even begun where it is known not to fit.
        (await guest.RunAsync("pull", Pair.Share, workspace.Root)).ExpectLine(1, "free");
        workspace.Check("version", "1");
        File.Delete(Path.Combine(small, "other"));
        (await guest.RunAsync("pull", Pair.Share, workspace.Root)).Expect(0);
        PullTests.CheckSame(pair, workspace.Root);
    }

    [Fact]
    public async Task A_reader_sees_the_old_tree_or_the_new_one()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        TestGuest guest = pair.NewGuest();
        var workspace = new TestTree(pair.Temporary("workspace"));
        Publish(pair.Host.Tree, 0);
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), workspace.Root)).Expect(0);
        using var stop = new CancellationTokenSource();
        Task<int> reading = Task.Run(() => ReadWhole(workspace.Root, stop.Token), CancellationToken.None);
        for (int version = 1; version <= 8; version++)
        {
            Publish(pair.Host.Tree, version);
            (await guest.RunAsync("pull", Pair.Share, workspace.Root)).Expect(0);
            PullTests.CheckSame(pair, workspace.Root);
        }

        await stop.CancelAsync();
        Assert.True(await reading > 0, "nothing was read");
    }

    private static void Publish(TestTree tree, int version)
    {
        for (int i = 0; i < 20; i++) tree.Put(string.Create(CultureInfo.InvariantCulture, $"d{i % 3}/file{i}"), version.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Opens the directory and reads all of it by what is open: every file is of one version, in every look.</summary>
    private static int ReadWhole(string root, CancellationToken stop)
    {
        int looks = 0;
        while (!stop.IsCancellationRequested)
        {
            using var open = Libc.OpenedDirectory.Open(root);
            var versions = new HashSet<string>(StringComparer.Ordinal);
            int files = 0;
            try
            {
                foreach (string path in Directory.EnumerateFiles(open.Path, "file*", SearchOption.AllDirectories))
                {
                    versions.Add(File.ReadAllText(path));
                    files++;
                }
            }
            catch (IOException)
            {
                // The old tree is being removed: what is gone is gone, but what was there is of one version.
            }

            Assert.True(versions.Count <= 1, $"{versions.Count} versions in one tree");
            if (files == 20) looks++;
        }

        return looks;
    }

    private static long Length(string path) => File.Exists(path) ? new FileInfo(path).Length : 0;

    private static ProcessRun Begin(TestGuest guest, FaultyProxy proxy, TestTree workspace) =>
        ProcessRun.Start(guest.Executable, ["pull", Pair.Share, workspace.Root, "--address", proxy.Address, "--data", guest.DataDirectory]);
}
