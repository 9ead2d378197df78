using System.Text;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Snapshots;
using Xunit;

namespace Sync.Engine.Tests.Snapshots;

/// <summary>Trees as packed records, there and back, and what is no tree.</summary>
public sealed class TreeRecordsTests
{
    [Fact]
    public void A_tree_comes_back_as_it_was_in_order()
    {
        var entries = new List<Entry>
        {
            Directory(2, 1, "b"), Directory(3, 2, "deep"), File(4, 3, "x", 10), File(5, 1, "a", 0), Link(6, 2, "link", "../a"), Directory(7, 1, "empty"), File(8, 2, "é🙂", 7) with { Owner = 5 },
            // Deleted, or in nothing that lives.
            File(9, 1, "gone", 1) with { Deleted = true }, File(10, 99, "lost", 1),
        };
        var manifest = TreeManifest.Build(new Snapshot(new Revision(7), entries), EntryId.Root);
        var tree = Read(manifest);
        Assert.Equal(["a", "b", "b/deep", "b/deep/x", "b/link", "b/é🙂", "empty"], Enumerable.Range(0, tree.Count).Select(tree.PathOf));
        Assert.Equal(manifest.Hash, tree.Hash.ToArray());
        Assert.Equal((3, 3, 1, 17), (tree.Files, tree.Directories, tree.Symlinks, tree.Bytes));
        Assert.Equal("../a", tree.Entries[4].LinkTarget);
        Assert.Equal(5ul, tree.Entries[5].Owner);
        Assert.Equal(entries[2].Content, tree.Entries[3].Content);
        var part = Read(TreeManifest.Build(new Snapshot(new Revision(7), entries), new EntryId(2)));
        Assert.Equal(["deep", "deep/x", "link", "é🙂"], Enumerable.Range(0, part.Count).Select(part.PathOf));
    }

    [Fact]
    public void Equal_trees_have_equal_hashes_whatever_the_order_and_the_revisions()
    {
        var entries = Enumerable.Range(2, 500).Select(i => File(i, 1, $"file{i * 7919 % 501}", i)).ToArray();
        var first = TreeManifest.Build(new Snapshot(new Revision(1), entries), EntryId.Root);
        new Random(1).Shuffle(entries);
        var second = TreeManifest.Build(new Snapshot(new Revision(2), entries), EntryId.Root);
        Assert.Equal(first.Hash, second.Hash);
        entries[0] = entries[0] with { Mode = 0x1ED };
        Assert.NotEqual(first.Hash, TreeManifest.Build(new Snapshot(new Revision(2), entries), EntryId.Root).Hash);
    }

    [Fact]
    public void Large_trees_are_cut_into_pages_of_whole_records()
    {
        var entries = Enumerable.Range(2, 20_000).Select(i => File(i, 1, $"file {i:000000} {new string('x', 40)}", i)).ToArray();
        var manifest = TreeManifest.Build(new Snapshot(new Revision(1), entries), EntryId.Root);
        Assert.True(manifest.Pages.Length > 3);
        Assert.All(manifest.Pages, static p => Assert.InRange(p.Length, 1, TreeManifest.PageBytes + TreeRecords.MaxRecord));
        Assert.Equal(20_000, Read(manifest).Count);
    }

    public static TheoryData<string, Entry[]> Refused => new()
    {
        { "the private directory", [Directory(2, 1, ".sync")] },
        { "the directory itself", [Directory(2, 1, ".")] },
        { "the one above", [Directory(2, 1, "..")] },
        { "a path", [File(2, 1, "a/b", 1)] },
        { "a NUL", [File(2, 1, "a\0b", 1)] },
        { "no name", [File(2, 1, "", 1)] },
        { "a name that is too long", [File(2, 1, new string('x', 256), 1)] },
        { "a link to nothing", [Link(2, 1, "a", "")] },
        { "a link with a NUL", [Link(2, 1, "a", "b\0c")] },
        { "a twin", [File(2, 1, "a", 1), File(3, 1, "a", 2)] },
        { "bits that are none", [File(2, 1, "a", 1) with { Mode = 0x1000 }] },
        { "a file without content", [File(2, 1, "a", 1) with { Content = default }] },
        { "a size that is none", [File(2, 1, "a", 1) with { Size = -1 }] },
        { "a device", [File(2, 1, "a", 1) with { Kind = EntryKind.Special }] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_must_not_be_in_a_tree_is_refused(string what, Entry[] entries)
    {
        var failure = Assert.Throws<LinkException>(() => Read(TreeManifest.Build(new Snapshot(new Revision(1), entries), EntryId.Root)));
        Assert.True(failure.Failure == LinkFailure.Protocol, what);
    }

    [Fact]
    public void Something_in_a_file_is_refused()
    {
        var records = new System.Buffers.ArrayBufferWriter<byte>();
        TreeRecords.Write(records, File(2, 1, "a", 1), 1);
        TreeRecords.Write(records, File(3, 2, "b", 1), 1);
        Assert.Throws<LinkException>(() => PulledTree.Read(records.WrittenSpan.ToArray(), 2));
    }

    [Fact]
    public void A_path_that_is_too_long_is_refused()
    {
        var entries = Enumerable.Range(2, 20).Select(i => Directory(i, i - 1, new string('d', 250))).ToArray();
        Assert.Throws<LinkException>(() => Read(TreeManifest.Build(new Snapshot(new Revision(1), entries), EntryId.Root)));
    }

    [Fact]
    public void Damaged_records_are_refused_or_are_another_tree_and_never_anything_worse()
    {
        var entries = new List<Entry> { Directory(2, 1, "b"), Directory(3, 2, "deep"), File(4, 3, "x", 10), File(5, 1, "a", 0), Link(6, 2, "link", "../a") };
        var bytes = TreeManifest.Build(new Snapshot(new Revision(1), entries), EntryId.Root).Pages[0];
        var random = new Random(1);
        for (var i = 0; i < 20_000; i++)
        {
            var damaged = bytes[..random.Next(i % 2 == 0 ? bytes.Length : 1, bytes.Length + 1)];
            for (var changes = random.Next(1, 4); changes > 0; changes--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                var tree = PulledTree.Read(damaged, random.Next(4) == 0 ? random.Next() : 5);
                for (var at = 0; at < tree.Count; at++) Assert.DoesNotContain("..", tree.PathOf(at).Split('/'));
            }
            catch (LinkException e)
            {
                Assert.Equal(LinkFailure.Protocol, e.Failure);
            }
        }
    }

    private static PulledTree Read(TreeManifest manifest) => PulledTree.Read([.. manifest.Pages.SelectMany(static p => p)], manifest.Entries.Length);

    private static Entry Directory(long id, long parent, string name) => new() { Id = new EntryId(id), Parent = new EntryId(parent), Name = name, Kind = EntryKind.Directory, Mode = 0x1ED };

    private static Entry File(long id, long parent, string name, long size) => new()
    {
        Id = new EntryId(id),
        Parent = new EntryId(parent),
        Name = name,
        Kind = EntryKind.File,
        Mode = 0x1A4,
        Size = size,
        MtimeNs = 1_700_000_000_000_000_001 + id,
        Content = Manifest.OfSmall(Encoding.UTF8.GetBytes($"content of {id}")).Id,
    };

    private static Entry Link(long id, long parent, string name, string target) => new()
    {
        Id = new EntryId(id),
        Parent = new EntryId(parent),
        Name = name,
        Kind = EntryKind.Symlink,
        Mode = 0x1FF,
        LinkTarget = target,
        Content = ContentIds.OfLink(target),
    };
}
