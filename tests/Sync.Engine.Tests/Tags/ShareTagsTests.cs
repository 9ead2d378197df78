using Microsoft.Extensions.Time.Testing;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Tags;
using Sync.Engine.Tests.Store;
using Xunit;

namespace Sync.Engine.Tests.Tags;

public sealed class ShareTagsTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _root = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 26, 10, 0, 0, TimeSpan.Zero));
    private readonly IFileSystem _files;
    private readonly FakeShare _share;
    private readonly ShareTags _tags;
    private long _free;

    public ShareTagsTests()
    {
        Assert.Equal(FsError.None, FileSystems.Open(_root.Path, out var files));
        _files = files!;
        _share = new FakeShare(_root.Path, _files);
        _tags = new ShareTags(_files, _share, _time, _ => _free, (epoch, _) => Task.FromResult(epoch == 7));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _tags.DisposeAsync();
        _files.Dispose();
        _root.Dispose();
    }

    [Fact]
    public async Task What_is_tagged_outlives_edits_in_place_and_is_kept_once()
    {
        var large = LiteDbRecordStoreTests.Bytes(3, 300_000);
        Put("a", "same"u8);
        Put("d/b", "same"u8);
        Put("d/large", large);
        Put("empty", []);
        var (same, big) = (_share.ContentOf("a"), _share.ContentOf("d/large"));
        var v1 = await _tags.CreateAsync("v1", null, Cancel);
        Assert.Equal((100L, 4L, 1L, 300_008L, _time.GetUtcNow()), (v1.Revision.Value, v1.Files, v1.Directories, v1.Bytes, v1.CreatedAt));
        Assert.Equal([same, big], Kept());

        // By the same inode: a hard link would not do.
        using (var file = File.OpenWrite(_root.File("d/large"))) file.Write("other"u8);
        File.Delete(_root.File("a"));
        Assert.Equal(large, Bytes(big));
        var v2 = await _tags.CreateAsync("v2", null, Cancel);
        Assert.Equal(3, Kept().Count);
        Assert.Equal([v1, v2], await _tags.ListAsync(Cancel));

        var held = await _tags.FindAsync("v1", Cancel);
        Assert.Equal(("v1", 100L), (held!.Tag, held.Revision.Value));
        Assert.Equal(["a", "b", "d", "empty", "large"], held.Entries.Select(e => e.Name).Order(StringComparer.Ordinal));
        Assert.Equal(TagStore.PathOf(big), held.Kept!(big)?.Path);
        Assert.Null(held.Kept(new ContentId(LiteDbRecordStoreTests.Bytes(9, 32))));

        Assert.Equal(v1, await _tags.RemoveAsync("v1", Cancel));
        Assert.Equal([same, _share.ContentOf("d/large")], Kept());
        Assert.Null(await _tags.FindAsync("v1", Cancel));
        await _tags.RemoveAsync("v2", Cancel);
        Assert.Empty(Kept());
    }

    [Fact]
    public async Task A_revision_is_found_by_its_number_in_its_own_journal()
    {
        Put("a", "1"u8);
        await _tags.CreateAsync("first", null, Cancel);
        Put("a", "22"u8);
        await _tags.CreateAsync("second", null, Cancel);
        Assert.Equal("second", (await _tags.FindAsync("101", Cancel))!.Tag);
        Assert.Equal("first", (await _tags.FindAsync("r100", Cancel))!.Tag);
        Assert.Null(await _tags.FindAsync("102", Cancel));
        await using var other = new ShareTags(_files, _share, _time, _ => 0, (_, _) => Task.FromResult(false));
        Assert.Null(await other.FindAsync("101", Cancel));
        Assert.NotNull(await other.FindAsync("second", Cancel));
    }

    [Fact]
    public async Task A_file_that_changes_meanwhile_is_tagged_as_a_newer_revision_has_it()
    {
        Put("rests", LiteDbRecordStoreTests.Bytes(1, 100_000));
        Put("busy", "1"u8);
        _share.AfterCapture = capture =>
        {
            if (capture < TagRounds.MaxRounds) Put("busy", LiteDbRecordStoreTests.Bytes(capture, 100));
        };
        var tag = await _tags.CreateAsync("v1", null, Cancel);
        Assert.Equal((TagRounds.MaxRounds, 104L), (_share.Captures, tag.Revision.Value));
        var snapshot = (await _tags.FindAsync("v1", Cancel))!;
        Assert.Equal([_share.ContentOf("busy"), _share.ContentOf("rests")], snapshot.Entries.Select(e => e.Content).OrderBy(c => c == _share.ContentOf("rests")));
        Assert.All(snapshot.Entries, e => Assert.NotNull(snapshot.Kept!(e.Content)));
    }

    [Fact]
    public async Task Files_that_never_rest_are_named_and_nothing_is_left()
    {
        Put("d/busy", "1"u8);
        Put("rests", "2"u8);
        _share.AfterCapture = capture => Put("d/busy", LiteDbRecordStoreTests.Bytes(capture, 100 + capture));
        var failure = await Assert.ThrowsAsync<TagException>(() => _tags.CreateAsync("v1", null, Cancel));
        Assert.Equal((TagFailure.Restless, TagRounds.MaxRounds), (failure.Failure, _share.Captures));
        Assert.Contains("'d/busy'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("rests", failure.Message, StringComparison.Ordinal);
        Assert.Empty(await _tags.ListAsync(Cancel));
        Assert.Empty(Kept());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root.File(".sync/tags/new")));
    }

    [Fact]
    public async Task Bytes_in_hand_need_no_file()
    {
        Put("busy", "in hand"u8);
        _share.Recently[_share.ContentOf("busy")] = "in hand"u8.ToArray();
        _share.AfterCapture = capture => Put("busy", LiteDbRecordStoreTests.Bytes(capture, 100));
        await _tags.CreateAsync("v1", null, Cancel);
        Assert.Equal("in hand"u8, Bytes(Assert.Single(Kept())));
    }

    [Fact]
    public async Task A_name_is_taken_once()
    {
        Put("a", "1"u8);
        await _tags.CreateAsync("v1", null, Cancel);
        Assert.Equal(TagFailure.Exists, (await Assert.ThrowsAsync<TagException>(() => _tags.CreateAsync("v1", null, Cancel))).Failure);
        Assert.Equal(TagFailure.Unknown, (await Assert.ThrowsAsync<TagException>(() => _tags.RemoveAsync("v2", Cancel))).Failure);
        Assert.Equal(TagFailure.Unknown, (await Assert.ThrowsAsync<TagException>(() => _tags.RemoveAsync("../mark", Cancel))).Failure);
        Assert.Equal(TagFailure.BadName, (await Assert.ThrowsAsync<TagException>(() => _tags.CreateAsync("../v1", null, Cancel))).Failure);
        Assert.Equal("v1", Assert.Single(await _tags.ListAsync(Cancel)).Name);
    }

    [Fact]
    public async Task A_disk_without_room_makes_no_tag()
    {
        Put("a", "1"u8);
        _free = long.MaxValue;
        Assert.Equal(TagFailure.NoSpace, (await Assert.ThrowsAsync<TagException>(() => _tags.CreateAsync("v1", null, Cancel))).Failure);
        Assert.Empty(await _tags.ListAsync(Cancel));
        Assert.Empty(Kept());
    }

    [Fact]
    public async Task What_a_stop_left_is_removed_and_never_believed()
    {
        Put("a", "whole"u8);
        await _tags.CreateAsync("v1", null, Cancel);
        var whole = _share.ContentOf("a");
        Put("b", LiteDbRecordStoreTests.Bytes(4, 70_000));
        // Of a tag that was not finished: a copy under way, and one with its place but no record.
        File.WriteAllText(_root.File(".sync/tags/new/n-1"), "half");
        File.WriteAllText(_root.File($".sync/tags/new/{_share.ContentOf("b")}"), "torn");
        File.WriteAllText(_root.File($".sync/tags/contents/{new ContentId(LiteDbRecordStoreTests.Bytes(9, 32))}"), "unnamed");
        Assert.Equal("v1", Assert.Single(await _tags.ListAsync(Cancel)).Name);
        await _tags.CreateAsync("v2", null, Cancel);
        Assert.Equal([whole, _share.ContentOf("b")], Kept());
        Assert.Equal(File.ReadAllBytes(_root.File("b")), Bytes(_share.ContentOf("b")));
    }

    [Fact]
    public async Task A_damaged_tag_is_listed_keeps_all_and_can_be_removed()
    {
        Put("a", "1"u8);
        await _tags.CreateAsync("v1", null, Cancel);
        Put("a", "2"u8);
        await _tags.CreateAsync("v2", null, Cancel);
        var record = _root.File(".sync/tags/v1.tag");
        var bytes = File.ReadAllBytes(record);
        for (var i = 0; i < bytes.Length; i++)
        {
            var rotten = (byte[])bytes.Clone();
            rotten[i] ^= 4;
            File.WriteAllBytes(record, rotten);
            await Assert.ThrowsAsync<LinkException>(async () => await _tags.FindAsync("v1", Cancel));
            File.WriteAllBytes(record, bytes[..i]);
            await Assert.ThrowsAsync<LinkException>(async () => await _tags.FindAsync("v1", Cancel));
        }

        Assert.Equal([Revision.Zero, new Revision(101)], (await _tags.ListAsync(Cancel)).Select(t => t.Revision));
        Put("a", "3"u8);
        await _tags.CreateAsync("v3", null, Cancel);
        // Who knows what it kept.
        Assert.Equal(3, Kept().Count);
        await _tags.RemoveAsync("v1", Cancel);
        Assert.Equal(2, Kept().Count);
        Assert.NotNull(await _tags.FindAsync("v2", Cancel));
    }

    [Theory]
    [InlineData("v1.4", true)]
    [InlineData("release-2026_11", true)]
    [InlineData("rc", true)]
    [InlineData("r", true)]
    [InlineData("r1a", true)]
    [InlineData("42", false)]
    [InlineData("r42", false)]
    [InlineData("99999999999999999999", false)]
    [InlineData("r99999999999999999999", false)]
    [InlineData("", false)]
    [InlineData("..", false)]
    [InlineData("-v", false)]
    [InlineData("a/b", false)]
    [InlineData("a b", false)]
    [InlineData("ä", false)]
    public void Names_are_tame_and_no_revisions(string name, bool isOne) => Assert.Equal(isOne, TagName.IsValid(name));

    private void Put(string path, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root.File(path))!);
        File.Delete(_root.File(path));
        File.WriteAllBytes(_root.File(path), bytes);
    }

    private byte[] Bytes(ContentId content) => File.ReadAllBytes(_root.File(TagStore.PathOf(content)));

    /// <summary>What is kept, the shortest first.</summary>
    private List<ContentId> Kept() =>
        [.. new DirectoryInfo(_root.File(".sync/tags/contents")).EnumerateFiles().OrderBy(f => f.Length).Select(f => ContentId.TryParse(f.Name, out var id) ? id : default)];
}
