using System.Globalization;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>The cache that workspaces share, and many pulls at once.</summary>
public sealed class PullCacheTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task A_second_workspace_comes_out_of_the_cache()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => new TreeMaker(3).Fill(tree, 300));
        TestGuest guest = pair.NewGuest();
        string cache = pair.Temporary("cache");
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), pair.Temporary("one"), "--cache", cache)).Expect(0);
        CommandResult second = (await guest.RunAsync("pull", Pair.Share, pair.Temporary("two"), "--cache", cache, "--json")).Expect(0);
        Assert.Equal(0, second.Json.GetProperty("bytesReceived").GetInt64());
        Assert.Equal(second.Json.GetProperty("bytes").GetInt64(), second.Json.GetProperty("bytesFromCache").GetInt64());
        PullTests.CheckSame(pair, pair.Temporary("two"));
    }

    [Fact]
    public async Task A_damaged_cache_costs_a_transfer_and_nothing_else()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => new TreeMaker(4).Fill(tree, 200));
        TestGuest guest = pair.NewGuest();
        string cache = pair.Temporary("cache");
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), pair.Temporary("one"), "--cache", cache)).Expect(0);
        int damaged = 0;
        foreach (string path in Directory.EnumerateFiles(Path.Combine(cache, "v1"), "*", SearchOption.AllDirectories))
        {
            byte[] bytes = File.ReadAllBytes(path);
            if (bytes.Length == 0 || damaged++ % 3 != 0) continue;
            if (damaged % 2 == 0) bytes[bytes.Length / 2] ^= 1;
            else bytes = bytes[..(bytes.Length / 2)];
            File.WriteAllBytes(path, bytes);
        }

        Assert.True(damaged > 20, "too few files in the cache");
        (await guest.RunAsync("pull", Pair.Share, pair.Temporary("two"), "--cache", cache)).Expect(0);
        PullTests.CheckSame(pair, pair.Temporary("two"));
        CommandResult third = (await guest.RunAsync("pull", Pair.Share, pair.Temporary("three"), "--cache", cache, "--json")).Expect(0);
        Assert.Equal(0, third.Json.GetProperty("bytesReceived").GetInt64());
        PullTests.CheckSame(pair, pair.Temporary("three"));
    }

    [Fact]
    public async Task The_cache_keeps_to_its_size_and_drops_what_was_not_used_for_longest()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        TestGuest guest = pair.NewGuest();
        string cache = pair.Temporary("cache");
        string token = await pair.Host.InviteAsync();
        for (int round = 0; round < 4; round++)
        {
            for (int i = 0; i < 8; i++)
            {
                byte[] bytes = new byte[100_000];
                new Random((round * 8) + i).NextBytes(bytes);
                pair.Host.Tree.Put(string.Create(CultureInfo.InvariantCulture, $"file{i}"), bytes);
            }

            (await guest.RunAsync("pull", token, pair.Temporary("workspace"), "--cache", cache, "--cache-size", "2M")).Expect(0);
            long size = Directory.EnumerateFiles(cache, "*", SearchOption.AllDirectories).Sum(static f => new FileInfo(f).Length);
            Assert.InRange(size, 800_000, 2 << 20);
        }

        // What came last is there.
        CommandResult again = (await guest.RunAsync("pull", Pair.Share, pair.Temporary("two"), "--cache", cache, "--cache-size", "2M", "--json")).Expect(0);
        Assert.Equal(0, again.Json.GetProperty("bytesReceived").GetInt64());
    }

    [Fact]
    public async Task Many_pulls_of_one_artifact_read_the_hosts_disk_once()
    {
        const int Pulls = 8;
        const int Size = 40 << 20;
        await using Pair pair = await Pair.StartAsync(guests: 0);
        byte[] artifact = new byte[Size];
        new Random(9).NextBytes(artifact);
        pair.Host.Tree.Put("artifact", artifact);
        TestGuest guest = pair.NewGuest();
        (await guest.RunAsync("pull", await pair.Host.InviteAsync(), pair.Temporary("first"), "--dry-run")).Expect(0);
        // Out of the page cache: written back, and dropped.
        (await SystemCommand.RunAsync("sync", pair.Host.Tree.At("artifact"))).Expect(0);
        (await SystemCommand.RunAsync("dd", "if=" + pair.Host.Tree.At("artifact"), "iflag=nocache", "count=0", "of=/dev/null")).Expect(0);
        int host = (await pair.Host.RunAsync("status", "--json")).Expect(0).Json.GetProperty("processId").GetInt32();
        string io = string.Create(CultureInfo.InvariantCulture, $"/proc/{host}/io");
        long before = ReadBytes(io);
        ProcessRun[] runs = [.. Enumerable.Range(0, Pulls).Select(i =>
            ProcessRun.Start(guest.Executable, ["pull", Pair.Share, pair.Temporary("w" + i.ToString(CultureInfo.InvariantCulture)), "--data", guest.DataDirectory]))];
        foreach (ProcessRun run in runs)
        {
            await using (run) (await run.EndAsync(Limit)).Expect(0);
        }

        long read = ReadBytes(io) - before;
        Assert.SkipWhen(read == 0, "the file did not leave the page cache: nothing tells how often it would have been read");
        Assert.InRange(read, 1, 2L * Size);
    }

    private static long ReadBytes(string io) =>
        long.Parse(File.ReadLines(io).First(static line => line.StartsWith("read_bytes:", StringComparison.Ordinal))[11..], CultureInfo.InvariantCulture);

    [Fact]
    public async Task Many_pulls_at_once_share_the_cache()
    {
        // More than a host lets in at once of strangers from one address.
        const int Pulls = 40;
        const int Size = 4 << 20;
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => new TreeMaker(7).Fill(tree, 60));
        byte[] artifact = new byte[Size];
        new Random(9).NextBytes(artifact);
        pair.Host.Tree.Put("artifact", artifact);
        string token = await pair.Host.InviteAsync("--uses", Pulls.ToString(CultureInfo.InvariantCulture));
        TestGuest[] guests = [.. Enumerable.Range(0, 3).Select(_ => pair.NewGuest())];
        foreach (TestGuest guest in guests) (await guest.RunAsync("pull", token, pair.Temporary("first"), "--force", "--dry-run")).Expect(0);
        var runs = new List<ProcessRun>();
        for (int i = 0; i < Pulls; i++)
        {
            TestGuest guest = guests[i % guests.Length];
            runs.Add(ProcessRun.Start(guest.Executable, ["pull", Pair.Share, pair.Temporary("w" + i.ToString(CultureInfo.InvariantCulture)), "--cache", pair.Temporary("cache"), "--data", guest.DataDirectory]));
        }

        foreach (ProcessRun run in runs)
        {
            await using (run) (await run.EndAsync(Limit)).Expect(0);
        }

        for (int i = 0; i < Pulls; i++) PullTests.CheckSame(pair, pair.Temporary("w" + i.ToString(CultureInfo.InvariantCulture)));
        Assert.Empty(Directory.GetFiles(Path.Combine(pair.Temporary("cache"), "drafts")));
    }
}
