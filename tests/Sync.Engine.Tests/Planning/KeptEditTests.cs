using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Tests.Transfer;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Planning;

/// <summary>Edits that are kept here and not sent, and what putting them back does to later ones.</summary>
public sealed class KeptEditTests
{
    private readonly Reconciler _reconciler = new(new TreeSet(EntryId.Root), new FacetComparer());
    private readonly ContentId _first = TestContents.ManifestOf("first"u8).Id;
    private readonly ContentId _mine = TestContents.ManifestOf("mine"u8).Id;

    [Theory]
    [InlineData(SyncDirection.ReceiveOnly)]
    [InlineData(SyncDirection.TwoWay)]
    public void What_is_edited_after_an_edit_was_put_back_is_kept_like_the_first(SyncDirection direction)
    {
        // One that only receives, and one that may only read.
        (_reconciler.Planner.Direction, _reconciler.Planner.ReadOnly) = (direction, direction == SyncDirection.TwoWay);
        var node = Agreed();
        Edit(node);
        Assert.False(Next(out _, out _));
        Assert.Contains(node, _reconciler.Held);

        _reconciler.Planner.Reverting.Add(node);
        _reconciler.Enqueue(node);
        Assert.True(Next(out var put, out var step));
        Assert.Equal((node, StepKind.Update), (put, step.Kind));
        var before = node.Base;
        _reconciler.Trees.SetLocal(node, node.Remote, new FileStamp(2, 5, 0, 0));
        _reconciler.Placed(node, step, node.Remote!, before);
        Assert.False(Next(out _, out _));
        Assert.DoesNotContain(node, _reconciler.Held);

        Edit(node);
        Assert.False(Next(out _, out _));
        Assert.Contains(node, _reconciler.Held);
    }

    /// <summary>A guest that only sends, and may not write: of what is moved elsewhere it takes nothing, and its own edit stays what it is.</summary>
    [Fact]
    public void An_edit_that_may_not_be_sent_is_kept_also_where_others_moved_the_file()
    {
        (_reconciler.Planner.Direction, _reconciler.Planner.ReadOnly) = (SyncDirection.SendOnly, true);
        var node = Agreed();
        Edit(node);
        _reconciler.Receive(node.Remote! with { Name = "elsewhere", PlaceRevision = new Revision(20) });
        _reconciler.Commit(new Revision(20));
        Assert.False(Next(out _, out _));
        Assert.Contains(node, _reconciler.Held);
    }

    private bool Next(out Node node, out Step step) => _reconciler.TryNext(mayPropose: true, mayApply: true, out node, out step);

    private void Edit(Node node) => _reconciler.Trees.SetLocal(node, node.Local! with { Content = _mine, MtimeNs = 7 }, new FileStamp(1, 4, 7, 7));

    private Node Agreed()
    {
        var state = new Entry
        {
            Id = new EntryId(2), Parent = EntryId.Root, Name = "f", Kind = EntryKind.File, Mode = 0x1A4, Size = 5, Content = _first,
            PlaceRevision = new Revision(10), ContentRevision = new Revision(10), ModeRevision = new Revision(10),
        };
        _reconciler.Receive(state);
        _reconciler.Commit(new Revision(10));
        var node = _reconciler.Trees.Find(state.Id)!;
        _reconciler.Trees.SetLocal(node, state, new FileStamp(1, 5, 0, 0));
        _reconciler.Trees.SetSynced(node, state);
        return node;
    }
}
