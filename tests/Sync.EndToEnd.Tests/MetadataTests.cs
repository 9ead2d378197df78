using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class MetadataTests
{
    [Fact]
    public async Task Links_are_kept_as_links_and_those_out_are_marked()
    {
        await using Pair pair = await Pair.StartAsync();
        pair.Host.Tree.Put("d/a", "1").Link("in", "d/a").Link("dangling", "nowhere").Link("todir", "d").Link("out", "/etc/hostname").Link("up", "../x");
        await pair.SyncAndCheckAsync();
        Assert.Equal("d/a", new FileInfo(pair.Guest.Tree.At("in")).LinkTarget);
        Assert.Equal("/etc/hostname", new FileInfo(pair.Guest.Tree.At("out")).LinkTarget);
        Assert.Equal(["out", "up"], (await pair.Guest.ProblemPathsAsync("link-out")).Order());
    }

    [Fact]
    public async Task Modes_go_both_ways()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("run.sh", "#!/bin/sh").Put("secret", "s").MakeDirectory("private"));
        await pair.SyncAsync();
        pair.Host.Tree.Mode("run.sh", (UnixFileMode)0x1ED);
        pair.Guest.Tree.Mode("secret", (UnixFileMode)0x180).Mode("private", (UnixFileMode)0x1C0);
        await pair.SyncAndCheckAsync();
        Assert.Equal(0x1ED, pair.Guest.Tree.Stat("run.sh").Mode & 0xFFF);
        Assert.Equal(0x180, pair.Host.Tree.Stat("secret").Mode & 0xFFF);
        Assert.Equal(0x1C0, pair.Host.Tree.Stat("private").Mode & 0xFFF);
    }

    [Fact]
    public async Task Mtimes_are_kept_to_the_nanosecond()
    {
        await using Pair pair = await Pair.StartAsync();
        pair.Host.Tree.Put("a", "1").Mtime("a", 1_234_567_890_123_456_789).Put("old", "2").Mtime("old", 1).Link("l", "a").Mtime("l", 987_654_321_000_000_007);
        pair.Guest.Tree.Put("b", "3").Mtime("b", 1_700_000_000_000_000_001);
        await pair.SyncAndCheckAsync();
        Assert.Equal(1_234_567_890_123_456_789, pair.Guest.Tree.Stat("a").MtimeNs);
        Assert.Equal(1_700_000_000_000_000_001, pair.Host.Tree.Stat("b").MtimeNs);
    }

    /// <summary>The same bytes under another mtime: the file stays the same inode, nothing is copied, kept or sent, and no side sees an edit in it.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_mtime_of_a_link_that_is_known_goes_along(bool onHost)
    {
        await using Pair pair = await Pair.StartAsync(guests: 2, before: tree => tree.Put("a", "1").Link("l", "a").Mtime("l", 987_654_321_000_000_007));
        await pair.SyncAndCheckAsync();
        TestTree here = onHost ? pair.Host.Tree : pair.Guest.Tree;
        here.Mtime("l", 470_000_000_123_456_789);
        await pair.SyncAndCheckAsync();
        foreach (TestTree tree in (TestTree[])[pair.Host.Tree, .. pair.Guests.Select(g => g.Tree)])
            Assert.Equal(470_000_000_123_456_789, tree.Stat("l").MtimeNs);
    }

    [Fact]
    public async Task A_touch_copies_nothing()
    {
        byte[] bytes = new byte[3_000_000];
        new Random(1).NextBytes(bytes);
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", bytes).Put("b", "2").Put("gone", "3"));
        await pair.SyncAndCheckAsync();
        ulong inode = pair.Guest.Tree.Stat("a").Inode;
        long before = (await pair.Guest.StatusAsync()).GetProperty("bytesReceived").GetInt64();
        pair.Host.Tree.Mtime("a", 1_234_567_890_123_456_789);
        pair.Guest.Tree.Mtime("b", 1_234_567_890_000_000_001);
        await pair.SyncAndCheckAsync();
        Assert.Equal(1_234_567_890_123_456_789, pair.Guest.Tree.Stat("a").MtimeNs);
        Assert.Equal(inode, pair.Guest.Tree.Stat("a").Inode);
        Assert.Equal(before, (await pair.Guest.StatusAsync()).GetProperty("bytesReceived").GetInt64());
        Assert.Empty((await pair.Guest.RunAsync("versions", "list", "--json")).Expect(0).Json.GetProperty("versions").EnumerateArray());

        // A touch does not beat a deletion, nor conflict with an edit.
        await pair.Guest.StopAsync();
        pair.Guest.Tree.Mtime("gone", 5).Mtime("b", 6);
        pair.Host.Tree.Delete("gone").Put("b", "edited");
        await pair.Guest.StartAsync();
        await pair.SyncAndCheckAsync();
        Assert.Equal(["a", "b"], pair.Host.Tree.Paths());
        pair.Check("b", "edited");
    }

    [Fact]
    public async Task Empty_directories_and_files_are_kept()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.MakeDirectory("e/f/g").Put("nothing", ""));
        await pair.SyncAndCheckAsync();
        Assert.True(pair.Guest.Tree.Stat("e/f/g").IsDirectory);
        Assert.Equal(0, pair.Guest.Tree.Stat("nothing").Size);
    }

    [Fact]
    public async Task A_sparse_file_stays_sparse()
    {
        await using Pair pair = await Pair.StartAsync();
        using (FileStream file = File.Create(pair.Host.Tree.At("disk.img")))
        {
            file.Write("start"u8);
            file.Position = 64 << 20;
            file.Write("middle"u8);
            file.SetLength(200 << 20);
        }

        await pair.SyncAndCheckAsync();
        Libc.Stat arrived = pair.Guest.Tree.Stat("disk.img");
        Assert.Equal(200 << 20, arrived.Size);
        Assert.InRange(arrived.Blocks * 512, 1, 4 << 20);
    }

    [Fact]
    public async Task A_symlink_can_be_pointed_elsewhere()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Link("current", "v1"));
        await pair.SyncAsync();
        pair.Guest.Tree.Delete("current").Link("current", "v2");
        await pair.SyncAndCheckAsync();
        Assert.Equal("v2", new FileInfo(pair.Host.Tree.At("current")).LinkTarget);
    }

    [Fact]
    public async Task A_write_by_a_name_outside_of_the_share_is_found_by_a_flush()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        string outside = pair.Temporary("outside");
        File.WriteAllText(outside, "linked");
        Libc.Link(outside, pair.Host.Tree.At("inside"));
        await pair.SyncAndCheckAsync();
        File.AppendAllText(outside, " and more");
        await pair.SyncAndCheckAsync();
        pair.Check("inside", "linked and more");
    }

    [Fact]
    public async Task A_time_that_cannot_be_said_is_listed()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1").Put("b", "2"));
        await pair.SyncAsync();
        File.SetLastWriteTimeUtc(pair.Host.Tree.At("a"), new DateTime(2400, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await pair.SyncAsync();
        pair.Check("a", "1");
        Assert.Equal(["a"], await pair.Host.ProblemPathsAsync("far-time"));
        pair.Host.Tree.Mtime("a", 1_700_000_000_000_000_000);
        await pair.SyncAndCheckAsync();
        Assert.Empty(await pair.Host.ProblemPathsAsync("far-time"));
    }
}
