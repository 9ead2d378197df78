using Microsoft.Extensions.Time.Testing;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Tests.Store;
using Sync.Engine.Tests.Transfer;
using Sync.Engine.Versions;
using Xunit;

namespace Sync.Engine.Tests.Versions;

public sealed class VersionStoreTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 10, 15, 0, TimeSpan.Zero));
    private readonly IFileSystem _fs;
    private VersionStore _store;

    public VersionStoreTests()
    {
        Assert.Equal(FsError.None, FileSystems.Open(_root.Path, out var fs));
        _fs = fs!;
        _store = Open();
    }

    private string LogPath => _root.File(".sync/versions/log.jsonl");

    public void Dispose()
    {
        _store.Dispose();
        _fs.Dispose();
        _root.Dispose();
    }

    [Fact]
    public void What_is_kept_is_gone_from_the_tree_and_found_after_a_restart()
    {
        var content = new ContentId(LiteDbRecordStoreTests.Bytes(1, 32));
        var id = Keep("a \"quoted\"\nname.txt", "hello", content);
        Assert.False(File.Exists(_root.File("a \"quoted\"\nname.txt")));
        Reopen();
        var version = Assert.Single(_store.List());
        Assert.Equal((id, "a \"quoted\"\nname.txt", EntryKind.File, 5L, "replaced"), (version.Id, version.Path, version.Kind, version.Size, version.Reason));
        Assert.Equal(_time.GetUtcNow(), version.DisplacedAt);
        Assert.Equal(version, _store.FindContent(content));
        Assert.Equal(FsError.None, _store.OpenRead(id, out var file));
        using (file)
        {
            var bytes = new byte[9];
            Assert.Equal(FsError.None, file!.Read(0, bytes, out var read));
            Assert.Equal("hello"u8, bytes.AsSpan(0, read));
        }

        Assert.Equal(FsError.None, _store.TakeOut(id, "back.txt"));
        Assert.Equal("hello", File.ReadAllText(_root.File("back.txt")));
        Assert.Null(_store.FindContent(content));
        Reopen();
        Assert.Empty(_store.List());
    }

    [Fact]
    public void Listing_is_newest_first_and_by_path()
    {
        foreach (var path in (string[])["d/a", "d/b", "dx", "d"])
        {
            Keep(path.Replace('/', '_'), "x", originalPath: path);
            _time.Advance(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(["d", "dx", "d/b", "d/a"], _store.List().Select(x => x.Path));
        Assert.Equal(["d", "d/b", "d/a"], _store.List("d").Select(x => x.Path));
        Assert.Equal(["d/b"], _store.List("d/b").Select(x => x.Path));
    }

    [Fact]
    public void A_directory_is_kept_whole_and_removed_whole()
    {
        Directory.CreateDirectory(_root.File("d/e/f"));
        Directory.CreateDirectory(_root.File("d/g"));
        File.WriteAllText(_root.File("d/e/f/1"), "123");
        File.WriteAllText(_root.File("d/2"), "1234");
        File.CreateSymbolicLink(_root.File("d/link"), "/");
        var id = KeepExisting("d", "deleted");
        Assert.True(_store.Find(id)!.Size >= 7);
        Assert.True(File.Exists(_root.File($".sync/versions/{id}/e/f/1")));
        Assert.Equal(FsError.None, _store.Remove(id));
        Assert.False(Directory.Exists(_root.File(".sync/versions/" + id)));
        Assert.Equal(0, _store.Bytes);
    }

    [Fact]
    public void A_failed_rename_leaves_no_version()
    {
        Assert.Equal(FsError.NotFound, _store.Keep("nothing", "nothing", default, "deleted", out var version));
        Assert.Null(version);
        Reopen();
        Assert.Empty(_store.List());
    }

    [Fact]
    public void A_crash_between_line_and_rename_drops_the_line_and_a_lost_line_adopts_the_file()
    {
        var id = Keep("a", "1");
        var lost = Keep("b", "22");
        var lines = File.ReadAllLines(LogPath);
        _store.Dispose();
        File.WriteAllText(LogPath, lines[0] + "\n" + lines[1][..20]);
        File.Delete(_root.File(".sync/versions/" + id));
        _store = Open();
        var version = Assert.Single(_store.List());
        Assert.Equal((lost, VersionStore.UnknownPath, 2L, "swept"), (version.Id, version.Path, version.Size, version.Reason));
        // The journal may have nothing else of it.
        Assert.Equal(lost, _store.FindContent(TestContents.ManifestOf("22"u8).Id)?.Id);
        Keep("c", "3");
        Reopen();
        Assert.Equal(2, _store.Count);
    }

    [Fact]
    public void Garbage_in_the_log_costs_names_only()
    {
        Keep("a", "1");
        _store.Dispose();
        var garbage = LiteDbRecordStoreTests.Bytes(7, 3 << 20);
        File.WriteAllBytes(LogPath, [.. garbage, .. "\n{}\n[]\n{\"id\":\"../../etc/passwd00000\"}\n{\"id\":5}\n"u8]);
        _store = Open();
        Assert.Equal(VersionStore.UnknownPath, Assert.Single(_store.List()).Path);
    }

    [Fact]
    public void Old_versions_go_and_young_ones_stay()
    {
        Keep("a", "1");
        _time.Advance(TimeSpan.FromDays(29));
        var young = Keep("b", "2");
        Assert.Equal(0, _store.Sweep(_time.GetUtcNow()).Removed);
        _time.Advance(TimeSpan.FromDays(2));
        Assert.Equal((1, 1L), (_store.Sweep(_time.GetUtcNow()) is var swept ? swept.Removed : 0, swept.Bytes));
        Assert.Equal(young, Assert.Single(_store.List()).Id);
    }

    [Fact]
    public void A_full_store_drops_the_oldest_but_nothing_younger_than_a_day()
    {
        var first = Keep("a", "1");
        _time.Advance(TimeSpan.FromHours(25));
        var second = Keep("b", "2");
        _store.Limits = new VersionLimits(30, 0);
        var sweep = _store.Sweep(_time.GetUtcNow());
        Assert.True(sweep.OverBudget);
        Assert.Null(_store.Find(first));
        Assert.NotNull(_store.Find(second));
        Assert.False(_store.CanKeep(1));
        File.WriteAllText(_root.File("c"), "3");
        Assert.Equal(FsError.None, _fs.Stat("c", out var stat));
        Assert.Equal(FsError.NoSpace, _store.Keep("c", "c", stat, "replaced", out _));
        Assert.True(File.Exists(_root.File("c")));
    }

    [Fact]
    public void The_log_is_compacted_when_most_of_it_is_dead()
    {
        var kept = Keep("kept", "1");
        for (var i = 0; i < 100; i++) Assert.Equal(FsError.None, _store.Remove(Keep("x", "1")));
        var before = new FileInfo(LogPath).Length;
        _store.Sweep(_time.GetUtcNow());
        Assert.True(new FileInfo(LogPath).Length < before / 20);
        Keep("more", "2");
        Reopen();
        Assert.Equal(2, _store.Count);
        Assert.Equal("kept", _store.Find(kept)!.Path);
    }

    private VersionStore Open()
    {
        Assert.Equal(FsError.None, VersionStore.Open(_fs, _time, new VersionLimits(30, 100), logger: null, out var store));
        return store!;
    }

    private void Reopen()
    {
        _store.Dispose();
        _store = Open();
    }

    private string Keep(string path, string text, ContentId content = default, string? originalPath = null)
    {
        File.WriteAllText(_root.File(path), text);
        return KeepExisting(path, "replaced", content, originalPath);
    }

    private string KeepExisting(string path, string reason, ContentId content = default, string? originalPath = null)
    {
        Assert.Equal(FsError.None, _fs.Stat(path, out var stat));
        Assert.Equal(FsError.None, _store.Keep(path, originalPath ?? path, stat, reason, out var version, content));
        return version!.Id;
    }
}
