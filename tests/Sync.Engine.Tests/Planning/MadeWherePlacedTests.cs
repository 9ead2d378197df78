using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Planning;

/// <summary>A user makes a directory while the journal's of that name is about to be placed: both are one.</summary>
public sealed class MadeWherePlacedTests
{
    private readonly Reconciler _reconciler = new(new TreeSet(EntryId.Root), new FacetComparer());

    [Fact]
    public void A_directory_made_at_a_name_that_is_being_placed_waits_and_becomes_that_one()
    {
        var trees = _reconciler.Trees;
        var state = new Entry { Id = new EntryId(2), Parent = EntryId.Root, Name = "d", Kind = EntryKind.Directory, Mode = 0x1ED, PlaceRevision = new Revision(10), ContentRevision = new Revision(10), ModeRevision = new Revision(10) };
        _reconciler.Receive(state);
        _reconciler.Commit(new Revision(10));
        var coming = trees.Find(state.Id)!;
        coming.Flags |= NodeFlags.Applying;
        var made = Make("d", EntryKind.Directory, EntryId.Root);
        Make("own", EntryKind.Symlink, made.Id);
        Assert.False(Next(out _, out _));

        coming.Flags &= ~NodeFlags.Applying;
        _reconciler.WakeWaiters(coming);
        Assert.True(Next(out var node, out var step));
        Assert.Equal((coming, StepKind.Propose), (trees.Find(node.Local!.Parent)!, step.Kind));
        var change = ProposalBuilder.Build(trees, node, step, 0);
        Assert.Equal(("own", state.Id, false), (change.Entry.Name, change.Entry.Parent, change.Distinct));
        node.Flags |= NodeFlags.Proposing;
        Assert.False(Next(out _, out _));
    }

    private Node Make(string name, EntryKind kind, EntryId parent)
    {
        var node = _reconciler.Trees.AddProvisional();
        _reconciler.Trees.SetLocal(node, new Entry { Id = node.Id, Parent = parent, Name = name, Kind = kind, Mode = 0x1ED, LinkTarget = kind == EntryKind.Symlink ? "there" : null }, new FileStamp((ulong)-node.Id.Value + 100, 0, 0, 0));
        return node;
    }

    private bool Next(out Node node, out Step step) => _reconciler.TryNext(mayPropose: true, mayApply: true, out node, out step);
}
