using System.Text;
using Sync.Engine.Pulling;
using Sync.Engine.Snapshots;
using Sync.Engine.Tests.Store;
using Xunit;

namespace Sync.Engine.Tests.Pulling;

/// <summary>Whole pulls from a share in memory onto a real disk.</summary>
public sealed class PullRunTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();
    private readonly MadeShare _share = new();

    private string Workspace => Path.Combine(_temporary.Path, "workspace");

    private string Beside => Path.Combine(_temporary.Path, ".workspace.sync-pull");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task What_is_overtaken_under_way_is_had_at_a_newer_revision()
    {
        for (var i = 0; i < 50; i++) _share.Put($"d/file{i}", $"content {i}");
        // The first two rounds read a file that has just changed.
        var overtaken = 2;
        _share.Tamper = (kind, bytes) =>
        {
            if (overtaken == 0 || !Encoding.UTF8.GetString(bytes).EndsWith("content 7", StringComparison.Ordinal)) return bytes;
            overtaken--;
            return [.. bytes[..^1], (byte)'8'];
        };
        var result = await RunAsync();
        Assert.Equal(3, result.Rounds);
        Assert.Equal(3, result.Revision.Value);
        Check();
        // The rest did not come again.
        Assert.InRange(_share.Sent, 1, 50 * 10 + 2 * 10);
        Assert.False(Directory.Exists(Beside));
    }

    [Fact]
    public async Task Files_that_never_rest_are_named_and_the_old_tree_stays()
    {
        _share.Put("a/restless", "x").Put("b", "b");
        _share.Tamper = static (kind, bytes) => bytes[^1] == (byte)'x' ? [.. bytes[..^1], (byte)'y'] : bytes;
        var failure = await Assert.ThrowsAsync<RestlessFilesException>(() => RunAsync());
        Assert.Equal(["a/restless"], failure.Paths);
        Assert.Equal(PullRun.MaxRounds, _share.Opened);
        Assert.False(Directory.Exists(Workspace));
        // They rest: what came before is there already.
        _share.Tamper = static (_, bytes) => bytes;
        var before = _share.Sent;
        await RunAsync();
        Check();
        Assert.Equal(1, _share.Sent - before);
    }

    [Fact]
    public async Task The_tree_may_change_in_every_way_between_two_rounds()
    {
        var random = new Random(1);
        for (var i = 0; i < 40; i++) _share.Put($"d{i % 5}/file{i}", new string('a', i));
        _share.Opening = round =>
        {
            if (round == 1) return;
            _share.Delete("d0/file0").Put("d1", "a file where a directory was".PadRight(round)).Put("d7/new/deep", "new").Put("d2/file2", $"round {round}");
            foreach (var i in (int[])[1, 6, 11, 16, 21, 26, 31, 36]) _share.Delete($"d1/file{i}");
        };
        var wrong = 3;
        _share.Tamper = (_, bytes) => wrong-- > 0 ? [.. bytes[..^1], (byte)(bytes[^1] ^ 1)] : bytes;
        await RunAsync();
        Check();
    }

    [Fact]
    public async Task A_long_content_goes_on_where_the_link_broke()
    {
        var bytes = new byte[5 << 20];
        new Random(1).NextBytes(bytes);
        bytes.AsSpan(1 << 20, 1 << 20).Clear();
        _share.Put("long", bytes);
        _share.BreaksAfter = 13;
        await Assert.ThrowsAsync<IOException>(() => RunAsync());
        Assert.False(Directory.Exists(Workspace));
        _share.BreaksAfter = int.MaxValue;
        await RunAsync();
        Check();
        Assert.InRange(_share.Wants[^1].Offset, 1, 13 * PullLimits.PieceBytes);
    }

    [Fact]
    public async Task A_part_that_is_not_what_it_seemed_is_asked_for_again()
    {
        var bytes = new byte[5 << 20];
        new Random(2).NextBytes(bytes);
        _share.Put("long", bytes);
        _share.BreaksAfter = 13;
        await Assert.ThrowsAsync<IOException>(() => RunAsync());
        var part = Path.Combine(Beside, "next", "long");
        var there = File.ReadAllBytes(part);
        there[1000] ^= 1;
        File.WriteAllBytes(part, there);
        _share.BreaksAfter = int.MaxValue;
        Assert.Equal(2, (await RunAsync()).Rounds);
        Check();
    }

    [Fact]
    public async Task What_was_tampered_with_in_a_tree_under_way_is_not_believed()
    {
        for (var i = 0; i < 30; i++) _share.Put($"file{i:00}", $"content {i}");
        _share.Put("zlong", new byte[1 << 20]);
        _share.BreaksAfter = 20;
        await Assert.ThrowsAsync<IOException>(() => RunAsync());
        var next = Path.Combine(Beside, "next");
        var placed = Directory.GetFiles(next, "file*").Order(StringComparer.Ordinal).ToArray();
        Assert.True(placed.Length > 3, "too little was placed");
        // Written to after it was verified; a stranger; another kind.
        File.WriteAllText(placed[0], "other");
        File.WriteAllText(Path.Combine(next, "stranger"), "x");
        File.Delete(placed[1]);
        Directory.CreateDirectory(Path.Combine(placed[1], "below"));
        _share.BreaksAfter = int.MaxValue;
        await RunAsync();
        Check();
    }

    [Fact]
    public async Task Verify_finds_what_no_stamp_tells()
    {
        _share.Put("a", "right").Put("b", "b");
        await RunAsync();
        // As a failing disk does it: the index is told that the wrong bytes are the right ones.
        File.WriteAllText(Path.Combine(Workspace, "a"), "wrong");
        await RestampAsync();
        Assert.True((await RunAsync()).IsUnchanged);
        Assert.Equal("wrong", File.ReadAllText(Path.Combine(Workspace, "a")));
        var result = await RunAsync(new PullOptions(Workspace, "host", "share", "") { Verifies = true });
        Assert.False(result.IsUnchanged);
        Check();
    }

    [Fact]
    public async Task A_damaged_index_costs_reading_and_nothing_else()
    {
        for (var i = 0; i < 30; i++) _share.Put($"d/file{i}", $"content {i}");
        await RunAsync();
        var index = Path.Combine(Workspace, ".sync", "pull-index");
        var bytes = File.ReadAllBytes(index);
        foreach (var damage in (Func<byte[]>[])[() => bytes[..^5], () => [], () => [.. bytes[..60], (byte)(bytes[60] ^ 1), .. bytes[61..]]])
        {
            File.WriteAllBytes(index, damage());
            var before = _share.Sent;
            Assert.True((await RunAsync()).IsUnchanged);
            Assert.Equal(before, _share.Sent);
            // And is good again.
            Assert.Equal(bytes.Length, new FileInfo(index).Length);
        }
    }

    [Fact]
    public async Task A_file_that_moved_in_the_share_does_not_come_again()
    {
        _share.Put("old/place", new string('x', 100_000)).Put("other", "o");
        await RunAsync();
        _share.Delete("old/place").Delete("old").Put("new/place", new string('x', 100_000));
        var before = _share.Sent;
        await RunAsync();
        Check();
        Assert.Equal(before, _share.Sent);
    }

    [Fact]
    public async Task Versions_that_an_agent_kept_stay()
    {
        _share.Put("a", "1");
        await RunAsync();
        Directory.CreateDirectory(Path.Combine(Workspace, ".sync", "versions"));
        File.WriteAllText(Path.Combine(Workspace, ".sync", "versions", "kept"), "kept");
        _share.Put("a", "2");
        await RunAsync();
        Check();
        Assert.Equal("kept", File.ReadAllText(Path.Combine(Workspace, ".sync", "versions", "kept")));
    }

    private Task<PullResult> RunAsync(PullOptions? options = null) =>
        new PullRun(_share, options ?? new PullOptions(Workspace, "host", "share", ""), new HurriedTime()).RunAsync(TestContext.Current.CancellationToken);

    /// <summary>Has the index take the disk for what it should be.</summary>
    private async Task RestampAsync()
    {
        var index = Path.Combine(Workspace, ".sync", "pull-index");
        var record = WorkspaceRecord.Decode(await File.ReadAllBytesAsync(index))!;
        Assert.Equal(Sync.Engine.Files.FsError.None, Sync.Engine.Files.FileSystems.Open(Workspace, out var files));
        using (files)
        {
            var stamps = new Sync.Engine.Files.FileStamp[record.Known.Tree.Count];
            for (var i = 0; i < stamps.Length; i++)
            {
                Assert.Equal(Sync.Engine.Files.FsError.None, files!.Stat(record.Known.Tree.PathOf(i), out var stat));
                stamps[i] = stat.Stamp;
            }

            await File.WriteAllBytesAsync(index, (record with { Known = record.Known with { Stamps = stamps } }).Encode());
        }
    }

    private void Check()
    {
        var tree = _share.Tree();
        var expected = new SortedDictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < tree.Count; i++) expected.Add(tree.PathOf(i), tree.Entries[i].Content.IsNone ? "directory" : tree.Entries[i].Content.ToString());
        var found = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFileSystemEntries(Workspace, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetRelativePath(Workspace, path);
            if (name == ".sync" || name.StartsWith(".sync/", StringComparison.Ordinal)) continue;
            found.Add(name, Directory.Exists(path) ? "directory" : MadeShare.IdOf(File.ReadAllBytes(path)).ToString());
        }

        Assert.Equal(expected, found);
    }
}
