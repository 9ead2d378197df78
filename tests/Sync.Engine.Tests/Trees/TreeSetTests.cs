using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Trees;

public sealed class TreeSetTests
{
    [Fact]
    public void A_directory_is_never_put_in_itself()
    {
        var trees = new TreeSet(EntryId.Root);
        var outer = Make(trees, EntryId.Root, "outer", 2);
        var inner = Make(trees, outer.Id, "inner", 3);
        Assert.Throws<InvalidOperationException>(() => trees.SetLocal(outer, outer.Local! with { Parent = inner.Id }, outer.Stamp));
        Assert.Equal("outer/inner", trees.LocalPath(inner));
    }

    private static Node Make(TreeSet trees, EntryId parent, string name, ulong key)
    {
        var node = trees.AddProvisional();
        trees.SetLocal(node, new Entry { Id = node.Id, Parent = parent, Name = name, Kind = EntryKind.Directory }, new FileStamp(key, 0, 0, 0));
        return node;
    }
}
