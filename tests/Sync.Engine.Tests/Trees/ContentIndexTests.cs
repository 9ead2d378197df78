using CsCheck;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Trees;

public sealed class ContentIndexTests
{
    /// <summary>Few contents and many files: most of them are in crowds.</summary>
    private static readonly Gen<(int File, int Content)[]> Steps = Gen.Select(Gen.Int[0, 120], Gen.Int[-1, 2]).Array[0, 600];

    [Fact]
    public void A_content_is_found_as_long_as_one_file_has_it() => Steps.Sample(
        steps =>
        {
            var trees = new TreeSet(EntryId.Root);
            var contents = new Dictionary<int, int>();
            foreach (var (file, content) in steps)
            {
                var node = trees.GetOrAdd(new EntryId(file + 100));
                trees.SetLocal(node, content < 0 ? null : new Entry { Id = node.Id, Parent = EntryId.Root, Name = $"f{file}", Kind = EntryKind.File, Size = 1, Content = Id(content) });
                if (content < 0) contents.Remove(file);
                else contents[file] = content;
                for (var other = 0; other <= 2; other++)
                {
                    var found = trees.Contents.Find(Id(other));
                    Assert.Equal(contents.ContainsValue(other), found is not null);
                    Assert.True(found is null || found.Local!.Content == Id(other));
                    if (found is not null) Assert.Equal(contents.Values.Count(c => c == other) > 1, trees.Contents.Find(Id(other), except: found) is not null);
                }
            }
        },
        iter: 100);

    [Fact]
    public void What_was_saved_is_in_the_trees_as_it_was_set()
    {
        var directory = new Entry { Id = new EntryId(5), Parent = EntryId.Root, Name = "d", Kind = EntryKind.Directory, PlaceRevision = new Revision(1) };
        var file = new Entry { Id = new EntryId(6), Parent = new EntryId(5), Name = "f", Kind = EntryKind.File, Size = 3, Content = Id(1), PlaceRevision = new Revision(2) };
        var elsewhere = file with { Parent = EntryId.Root, PlaceRevision = new Revision(3) };
        var trees = new TreeSet(EntryId.Root);
        // Its directory comes after it; the last two do not fit.
        var lost = trees.Link(
        [
            trees.Load(file.Id, file, file, new FileStamp(77, 3, 0, 9), elsewhere),
            trees.Load(directory.Id, directory, directory, new FileStamp(78, 0, 0, 9), directory),
            trees.Load(new EntryId(7), file, file with { Id = new EntryId(7) }, new FileStamp(79, 3, 0, 9), null),
            trees.Load(new EntryId(8), null, file with { Id = new EntryId(8), Parent = new EntryId(99) }, new FileStamp(80, 3, 0, 9), null),
        ]);
        Assert.Equal([7, 8], lost.Select(n => n.Id.Value).Order());
        Assert.All(lost, node => Assert.True(node is { Local: null, Synced: null, FileKey: 0 }));
        var node = trees.Find(file.Id)!;
        Assert.Equal("d/f", trees.LocalPath(node));
        Assert.Same(node, trees.RemoteChild(trees.Root, "f"));
        Assert.Same(node, trees.Contents.Find(Id(1)));
        Assert.Same(trees.Find(directory.Id), trees.FindDirectory(78));
        Assert.True(trees.Find(directory.Id)!.IsSettled);
        Assert.False(node.IsSettled);
        Assert.Equal((1, 1, 3), (trees.LocalFiles, trees.LocalDirectories, trees.LocalBytes));
    }

    [Fact]
    public void What_was_saved_in_a_directory_that_has_no_place_has_none_itself()
    {
        var directory = new Entry { Id = new EntryId(5), Parent = EntryId.Root, Name = "d", Kind = EntryKind.Directory, PlaceRevision = new Revision(1) };
        var inner = directory with { Id = new EntryId(6), Parent = directory.Id };
        var file = new Entry { Id = new EntryId(7), Parent = inner.Id, Name = "f", Kind = EntryKind.File, Size = 3, Content = Id(1), PlaceRevision = new Revision(2) };
        var rival = directory with { Id = new EntryId(8) };
        foreach (var isDisplaced in new[] { false, true })
        {
            var trees = new TreeSet(EntryId.Root);
            Node Load(Entry entry, bool isHere = true) => trees.Load(entry.Id, entry, isHere ? entry : null, new FileStamp((ulong)entry.Id.Value, entry.Size, 0, 9), entry);

            // The directory is not there, or gives way to another of its name when what is in it has been linked.
            Node[] loaded = isDisplaced ? [Load(rival), Load(file), Load(inner), Load(directory)] : [Load(file), Load(inner), Load(directory, isHere: false)];
            var lost = trees.Link(loaded);
            Assert.Equal(isDisplaced ? [5, 6, 7] : [6, 7], lost.Select(n => n.Id.Value).Order());
            Assert.All(lost, node => Assert.True(node is { Local: null, Synced: null, FileKey: 0 }));
            Assert.Null(trees.Contents.Find(Id(1)));
            Assert.Null(trees.FindDirectory(6));
            Assert.Equal((0, isDisplaced ? 1 : 0, 0), (trees.LocalFiles, trees.LocalDirectories, trees.LocalBytes));
        }
    }

    private static ContentId Id(int number)
    {
        var bytes = new byte[ContentId.Size];
        bytes[0] = 1;
        bytes[9] = (byte)number;
        return new ContentId(bytes);
    }
}
