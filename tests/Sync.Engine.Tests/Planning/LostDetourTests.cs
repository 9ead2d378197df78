using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Planning;

/// <summary>Of two directories that change names one is proposed under another name for a moment. Where somebody else has moved it first, its move has lost, and is not proposed again.</summary>
public sealed class LostDetourTests
{
    private readonly Reconciler _reconciler = new(new TreeSet(EntryId.Root), new FacetComparer());

    [Fact]
    public void A_move_that_has_lost_on_its_way_by_another_name_is_no_edit_any_more()
    {
        var (a, b) = (Agreed(2, "a"), Agreed(3, "b"));
        // Swapped here.
        _reconciler.Trees.SetLocal(a, a.Local! with { Name = "aside" }, a.Stamp);
        _reconciler.Trees.SetLocal(b, b.Local! with { Name = "a" }, b.Stamp);
        _reconciler.Trees.SetLocal(a, a.Local! with { Name = "b" }, a.Stamp);
        Assert.True(_reconciler.TryNext(mayPropose: true, mayApply: true, out var first, out var step));
        Assert.Equal(StepKind.Propose, step.Kind);
        var sent = ProposalBuilder.Build(_reconciler.Trees, first, step, 0);
        Assert.Equal((first.Local!.Name, $".{first.Local.Name}.moving-1"), (sent.ShownAs, sent.Entry.Name));
        first.Flags |= NodeFlags.Proposing;

        // Somebody else has moved it meanwhile.
        var moved = first.Remote! with { Name = "elsewhere", PlaceRevision = new Revision(20) };
        _reconciler.Receive(moved);
        _reconciler.Conclude(first, sent, new Outcome(first.Id, first.Id, Verdict.Lost, new Revision(20)));
        _reconciler.Commit(new Revision(20));
        for (var i = 0; _reconciler.TryNext(mayPropose: true, mayApply: true, out var node, out step); i++)
        {
            Assert.InRange(i, 0, 10);
            if (node != first) continue;
            Assert.Equal(StepKind.Move, step.Kind);
            return;
        }

        Assert.Fail("The move of the other is not taken over.");
    }

    [Fact]
    public void What_has_gone_by_way_of_another_name_waits_there_for_the_place_that_it_wants()
    {
        // Journal: z, w, and in w y. Here y has become z, w has gone into it, and what was z into that.
        var (z, w) = (Agreed(2, "z"), Agreed(3, "w"));
        var y = Agreed(4, "y", w.Id);
        var trees = _reconciler.Trees;
        trees.SetLocal(z, z.Local! with { Name = "z.tmp" }, z.Stamp);
        trees.SetLocal(y, y.Local! with { Parent = EntryId.Root, Name = "z" }, y.Stamp);
        trees.SetLocal(w, w.Local! with { Parent = y.Id }, w.Stamp);
        trees.SetLocal(z, z.Local! with { Parent = w.Id, Name = "y" }, z.Stamp);
        var names = new List<string>();
        Again();
        for (var revision = 20; _reconciler.TryNext(mayPropose: true, mayApply: true, out var node, out var step); revision++)
        {
            Assert.InRange(names.Count, 0, 8);
            Assert.Equal(StepKind.Propose, step.Kind);
            var sent = ProposalBuilder.Build(trees, node, step, 0);
            names.Add(sent.Entry.Name);
            var known = sent.Entry with { PlaceRevision = new Revision(revision), ContentRevision = new Revision(10), ModeRevision = new Revision(10) };
            _reconciler.Receive(known);
            _reconciler.Commit(new Revision(revision));
            trees.SetSynced(node, known);
            Again();
        }

        Assert.Equal(".z.moving-1", names[0]);
        Assert.Equal(["w", "y", "z"], names.Skip(1).Order());

        // The one that is to go aside comes first each time.
        void Again()
        {
            Assert.False(_reconciler.TryNext(mayPropose: false, mayApply: true, out _, out _));
            _reconciler.Enqueue(y);
            _reconciler.EnqueueAll();
        }
    }

    private Node Agreed(long id, string name, EntryId? parent = null)
    {
        var state = new Entry { Id = new EntryId(id), Parent = parent ?? EntryId.Root, Name = name, Kind = EntryKind.Directory, Mode = 0x1ED, PlaceRevision = new Revision(10), ContentRevision = new Revision(10), ModeRevision = new Revision(10) };
        _reconciler.Receive(state);
        _reconciler.Commit(new Revision(10));
        var node = _reconciler.Trees.Find(state.Id)!;
        _reconciler.Trees.SetLocal(node, state, new FileStamp((ulong)id, 0, 0, 0));
        _reconciler.Trees.SetSynced(node, state);
        return node;
    }
}
