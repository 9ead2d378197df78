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
        Assert.Equal([(loose, StepKind.Propose)], Steps());
        _reconciler.Trees.SetRemote(loose, loose.Local! with { PlaceRevision = new Revision(50) });
        Assert.Contains((main, StepKind.Propose), Steps());
    }

    [Fact]
    public void A_branch_is_proposed_only_when_what_was_noticed_before_it_is_known()
    {
        TellRepository();
        PlaceAllBut("nothing");
        var branch = Make(3, "other");
        var elsewhere = Make(1, "elsewhere");
        Assert.True(_reconciler.TryNext(true, true, out var node, out _));
        Assert.Equal(elsewhere, node);
        Assert.False(_reconciler.TryNext(true, true, out _, out _));
        var (waiting, within) = Assert.Single(_reconciler.TakeUnobserved());
        Assert.Equal((branch, ".git"), (waiting, within.Remote!.Name));

        // What was noticed meanwhile: an object that the branch may refer to.
        var loose = Make(9, "object");
        _reconciler.Observed([branch]);
        Assert.True(_reconciler.TryNext(true, true, out node, out _));
        Assert.Equal(loose, node);
        loose.Flags |= NodeFlags.Proposing;
        Assert.False(_reconciler.TryNext(true, true, out _, out _));
    }

    [Fact]
    public void Objects_go_after_the_pack_that_holds_them_and_after_what_referred_to_them()
    {
        TellRepository();
        PlaceAllBut("nothing");
        Tell(7, 6, "large.pack", EntryKind.File);
        Tell(8, 2, "index", EntryKind.File);
        Delete(10);
        Delete(4);
        var step = Assert.Single(Steps());
        Assert.Equal(("large.pack", StepKind.Create), (step.Node.Remote!.Name, step.Kind));
        Place(step.Node);
        // The index after the objects it refers to, and what it may have referred to after it.
        Assert.Equal([("index", StepKind.Create), ("main", StepKind.Remove)], Steps().Select(s => ((s.Node.Remote ?? s.Node.Local)!.Name, s.Kind)).Order());
        Place(_reconciler.Trees.Find(new EntryId(8))!);
        Assert.Equal(("cdef", StepKind.Remove), Steps().Select(s => (s.Node.Local!.Name, s.Kind)).Single());
    }

    [Fact]
    public void Objects_go_after_the_pack_that_holds_them_has_got_its_name()
    {
        TellRepository();
        Tell(7, 6, "tmp_pack", EntryKind.File);
        PlaceAllBut("nothing");
        _reconciler.Receive(_reconciler.Trees.Find(new EntryId(7))!.Remote! with { Name = "large.pack", PlaceRevision = new Revision(70) });
        _reconciler.Commit(new Revision(70));
        Delete(10);
        var step = Assert.Single(Steps());
        Assert.Equal(("large.pack", StepKind.Move), (step.Node.Remote!.Name, step.Kind));
    }

    [Fact]
    public void Deleted_objects_are_proposed_after_the_pack_that_holds_them()
    {
        TellRepository();
        PlaceAllBut("nothing");
        _reconciler.Trees.SetLocal(_reconciler.Trees.Find(new EntryId(10))!, null, default);
        var pack = Make(6, "new.pack");
        Assert.Equal([(pack, StepKind.Propose)], Steps());
        _reconciler.Trees.SetRemote(pack, pack.Local! with { PlaceRevision = new Revision(50) });
        Assert.Contains((_reconciler.Trees.Find(new EntryId(10))!, StepKind.Propose), Steps());
    }

    [Fact]
    public void What_goes_for_a_successor_of_the_same_name_waits_for_nothing()
    {
        TellRepository();
        PlaceAllBut("nothing");
        Delete(10);
        Delete(9);
        Tell(11, 5, "ab", EntryKind.Directory);
        Tell(12, 11, "other", EntryKind.File);
        Tell(8, 2, "index", EntryKind.File);
        Assert.Contains((_reconciler.Trees.Find(new EntryId(10))!, StepKind.Remove), Steps());
    }

    [Fact]
    public void An_object_that_is_moved_out_of_them_does_not_wait_for_itself()
    {
        TellRepository();
        PlaceAllBut("nothing");
        var loose = _reconciler.Trees.Find(new EntryId(10))!;
        _reconciler.Trees.SetLocal(loose, loose.Local! with { Parent = new EntryId(2), Name = "a" }, new FileStamp(_nextKey++, 0, 0, 0));
        Assert.Equal([(loose, StepKind.Propose)], Steps());
    }

    private void TellRepository()
    {
        Tell(2, 1, ".git", EntryKind.Directory);
        Tell(3, 2, "refs", EntryKind.Directory);
        Tell(4, 3, "main", EntryKind.File);
        Tell(5, 2, "objects", EntryKind.Directory);
        Tell(6, 5, "pack", EntryKind.Directory);
        Tell(9, 5, "ab", EntryKind.Directory);
        Tell(10, 9, "cdef", EntryKind.File);
    }

    /// <summary>All that is to be done now; what waits is left out.</summary>
    private List<(Node Node, StepKind Kind)> Steps()
    {
        var steps = new List<(Node, StepKind)>();
        while (Next(out var node, out var step))
        {
            node.Flags |= step.Kind == StepKind.Propose ? NodeFlags.Proposing : NodeFlags.Applying;
            steps.Add((node, step.Kind));
        }

        foreach (var (node, _) in steps) node.Flags &= ~(NodeFlags.Proposing | NodeFlags.Applying);
        return steps;
    }

    /// <summary>The next step, all that was noticed being known.</summary>
    private bool Next(out Node node, out Step step)
    {
        while (!_reconciler.TryNext(true, true, out node, out step))
        {
            if (_reconciler.TakeUnobserved() is not { Length: > 0 } unobserved) return false;
            _reconciler.Observed(unobserved.Select(u => u.Key));
        }

        return true;
    }

    private void Delete(long id)
    {
        var node = _reconciler.Trees.Find(new EntryId(id))!;
        _reconciler.Receive(node.Remote! with { Deleted = true, PlaceRevision = new Revision(id + 100) });
        _reconciler.Commit(new Revision(id + 100));
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
