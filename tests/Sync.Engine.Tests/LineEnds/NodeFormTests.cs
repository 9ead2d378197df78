using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Model;
using Sync.Engine.Store;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.LineEnds;

/// <summary>What a file has on disk, beside what the trees have of it.</summary>
public sealed class NodeFormTests
{
    private static readonly Entry Text = new() { Id = new EntryId(5), Parent = EntryId.Root, Name = "a.txt", Kind = EntryKind.File, Mode = 0x1A4, Size = 3, MtimeNs = 7, Content = LineText.Id("a\nb"u8) };
    private static readonly FileStamp OnDisk = new(9, 4, 7, 11);

    [Fact]
    public void The_index_keeps_the_length_on_disk()
    {
        var (_, local, stamp, _) = NodeCodec.Read(NodeCodec.Write(Text, Text, OnDisk, Text).Span);
        Assert.Equal(OnDisk, stamp);
        Assert.Equal(3, local!.Size);
        Assert.Equal(OnDisk with { Size = 3 }, NodeCodec.Read(NodeCodec.Write(Text, Text, OnDisk with { Size = 3 }, Text).Span).Stamp);
    }

    [Fact]
    public void A_file_is_converted_until_other_bytes_are_seen_or_placed()
    {
        var trees = new TreeSet(EntryId.Root);
        var node = trees.GetOrAdd(Text.Id);
        trees.SetLocal(node, Text, OnDisk, 4);
        Assert.True(node.IsConverted);
        Assert.Equal(OnDisk, node.Stamp);
        // Its mode or its name changes.
        trees.SetLocal(node, Text with { Mode = 0x180, Name = "b.txt" }, OnDisk with { CtimeNs = 12 });
        Assert.True(node.IsConverted);
        Assert.Equal(4, node.Stamp.Size);
        // As it is in the share.
        trees.SetLocal(node, Text, OnDisk with { Size = 3 }, 3);
        Assert.False(node.IsConverted);
        trees.SetLocal(node, Text, OnDisk, 4);
        trees.SetLocal(node, Text with { Content = LineText.Id("c\nd"u8) }, OnDisk);
        Assert.False(node.IsConverted);
        trees.SetLocal(node, Text, OnDisk, 4);
        trees.SetLocal(node, null);
        Assert.False(node.IsConverted);
    }

    [Fact]
    public void What_the_journal_gives_an_id_stays_converted()
    {
        var trees = new TreeSet(EntryId.Root);
        var known = trees.GetOrAdd(Text.Id);
        trees.SetRemote(known, Text);
        var found = trees.AddProvisional();
        trees.SetLocal(found, Text with { Id = found.Id, Name = "seen.txt" }, OnDisk, 4);
        Assert.Same(known, trees.Bind(found, Text.Id));
        Assert.True(known.IsConverted);
        Assert.Equal(OnDisk, known.Stamp);
        Assert.True(trees.Load(new EntryId(8), Text, Text, OnDisk, Text).IsConverted);
        Assert.False(trees.Load(new EntryId(9), Text, Text, OnDisk with { Size = 3 }, Text).IsConverted);
    }
}
