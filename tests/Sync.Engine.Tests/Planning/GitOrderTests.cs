using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Planning;

/// <summary>A branch never stands on a disk before the objects it may refer to.</summary>
public sealed class GitOrderTests
{
    private readonly Reconciler _reconciler = new(new TreeSet(EntryId.Root), new FacetComparer());
    private ulong _nextKey = 100;

    [Fact]
    public void A_branch_waits_for_a_pack_that_is_on_its_way()
    {
        Tell(2, 1, ".git", EntryKind.Directory);
        Tell(3, 2, "refs", EntryKind.Directory);
        Tell(4, 3, "main", EntryKind.File);
        Tell(5, 2, "objects", EntryKind.Directory);
        Tell(6, 5, "pack", EntryKind.Directory);
        Tell(7, 6, "large.pack", EntryKind.File);
        Tell(8, 1, "elsewhere", EntryKind.File);
        Assert.Equal([".git", "elsewhere", "large.pack", "objects", "pack", "refs"], PlaceAllBut("large.pack").Order(StringComparer.Ordinal));

        Place(_reconciler.Trees.Find(new EntryId(7))!);
        Assert.Equal(["main"], PlaceAllBut("nothing"));
    }

    [Fact]
    public void A_branch_is_proposed_after_the_objects()
    {
        Tell(2, 1, ".git", EntryKind.Directory);
        Tell(3, 2, "refs", EntryKind.Directory);
        Tell(5, 2, "objects", EntryKind.Directory);
        Tell(6, 5, "ab", EntryKind.Directory);
        PlaceAllBut("nothing");
        var main = Make(3, "main");
        var loose = Make(6, "cdef");
        Assert.True(_reconciler.TryNext(true, true, out var node, out var step));
        Assert.Equal((loose, StepKind.Propose), (node, step.Kind));
        loose.Flags |= NodeFlags.Proposing;
        Assert.False(_reconciler.TryNext(true, true, out _, out _));

        loose.Flags &= ~NodeFlags.Proposing;
        _reconciler.Trees.SetRemote(loose, loose.Local! with { PlaceRevision = new Revision(50) });
        var next = new List<Node>();
        while (_reconciler.TryNext(true, true, out node, out step)) next.Add(node);
        Assert.Contains(main, next);
    }

    private List<string> PlaceAllBut(string name)
    {
        var placed = new List<string>();
        while (_reconciler.TryNext(true, true, out var node, out var step))
        {
            Assert.Equal(StepKind.Create, step.Kind);
            placed.Add(node.Remote!.Name);
            if (node.Remote.Name == name) node.Flags |= NodeFlags.Applying;
            else Place(node);
        }

        return placed;
    }

    private void Place(Node node)
    {
        node.Flags &= ~NodeFlags.Applying;
        var before = node.Base;
        _reconciler.Trees.SetLocal(node, node.Remote, new FileStamp(_nextKey++, 0, 0, 0));
        _reconciler.Placed(node, new Step(StepKind.Create), node.Remote!, before);
    }

    private Node Make(long parent, string name)
    {
        var node = _reconciler.Trees.AddProvisional();
        _reconciler.Trees.SetLocal(node, new Entry { Id = node.Id, Parent = new EntryId(parent), Name = name, Kind = EntryKind.File, Content = Manifest.OfSmall("x"u8).Id }, new FileStamp(_nextKey++, 0, 0, 0));
        return node;
    }

    private void Tell(long id, long parent, string name, EntryKind kind)
    {
        _reconciler.Receive(new Entry
        {
            Id = new EntryId(id), Parent = new EntryId(parent), Name = name, Kind = kind,
            PlaceRevision = new Revision(id), ContentRevision = new Revision(id), ModeRevision = new Revision(id),
        });
        _reconciler.Commit(new Revision(id));
    }
}
