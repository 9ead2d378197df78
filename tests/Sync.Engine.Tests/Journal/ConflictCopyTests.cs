using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Journal;

/// <summary>A copy that a conflict has left stands for the bytes that lost, as long as anybody has them, and no longer.</summary>
public sealed class ConflictCopyTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 10, 0, 0, TimeSpan.Zero);

    private readonly JournalTree _tree = new();
    private readonly Decider _decider;

    public ConflictCopyTests() => _decider = new Decider(_tree, static _ => ConflictPolicy.KeepBoth);

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void A_copy_that_is_renamed_over_an_original_that_another_has_edited_is_not_lost(bool byHost, bool copyGoesFirst)
    {
        var (original, copy) = OriginalAndCopy();
        // The same instant: another edits the original.
        Decide(new Proposer("other", IsHost: false), Edit(original, content: 3));
        // `mv "f (conflict …)" f`: the original has the copy's bytes, and the copy is gone.
        var mover = new Proposer(byHost ? "host" : "mover", byHost);
        var reconciler = new Reconciler(new TreeSet(EntryId.Root), new FacetComparer());
        Node[] nodes = [.. new[] { original, copy }.Select(entry => Agree(reconciler, entry))];
        if (copyGoesFirst) reconciler.Trees.SetLocal(nodes[1], null);
        reconciler.Trees.SetLocal(nodes[0], original with { Content = Content(2) }, new FileStamp(2, 0, 0, 0));
        var edit = ProposalBuilder.Build(reconciler.Trees, nodes[0], new Step(StepKind.Propose, Facets.Content), 0);
        Assert.Equal(Verdict.ConflictCopy, Decide(mover, edit).Verdict);
        Assert.Equal(Verdict.Accepted, Decide(mover, Delete(copy)).Verdict);
        Assert.Equal([Content(2), Content(3)], Live());
    }

    [Fact]
    public void The_same_bytes_that_lose_twice_make_one_copy()
    {
        var (original, _) = OriginalAndCopy();
        Decide(new Proposer("other", IsHost: false), Edit(original, content: 3));
        Decide(new Proposer("a", IsHost: false), Edit(original, content: 4));
        Decide(new Proposer("a", IsHost: false), Edit(original, content: 4));
        Assert.Equal([Content(2), Content(3), Content(4)], Live());
    }

    /// <summary>The host's own copy, whose bytes its own program has overwritten before anybody had them.</summary>
    [Fact]
    public void A_copy_that_nobody_has_is_deleted_in_the_journal_when_it_is_given_up()
    {
        var (_, copy) = OriginalAndCopy();
        var reconciler = new Reconciler(new TreeSet(EntryId.Root), new FacetComparer());
        reconciler.Receive(copy);
        reconciler.Commit(copy.Revision);
        Assert.True(reconciler.TryNext(mayPropose: true, mayApply: true, out var node, out var step));
        Assert.Equal(StepKind.Create, step.Kind);
        reconciler.GiveUp(node);
        Assert.True(reconciler.TryNext(mayPropose: true, mayApply: true, out node, out step));
        Assert.Equal(StepKind.Propose, step.Kind);
        var host = new Proposer("host", IsHost: true);
        var change = ProposalBuilder.Build(reconciler.Trees, node, step, 0);
        var outcome = Decide(host, change);
        Assert.Equal(Verdict.Accepted, outcome.Verdict);
        Assert.True(_tree.Find(copy.Id)!.Deleted);
        reconciler.Conclude(node, change, outcome);
        reconciler.Receive(_tree.Find(copy.Id)!);
        reconciler.Commit(outcome.Revision);
        Assert.False(reconciler.TryNext(mayPropose: true, mayApply: true, out node, out step), $"{step.Kind} {node}");
        Assert.Null(reconciler.Trees.Find(copy.Id));
    }

    private static Node Agree(Reconciler reconciler, Entry entry)
    {
        var node = reconciler.Trees.GetOrAdd(entry.Id);
        reconciler.Trees.SetRemote(node, entry);
        reconciler.Trees.SetSynced(node, entry);
        reconciler.Trees.SetLocal(node, entry, new FileStamp((ulong)entry.Id.Value, 0, 0, 0));
        return node;
    }

    private (Entry Original, Entry Copy) OriginalAndCopy()
    {
        var created = Decide(new Proposer("a", IsHost: false), new Change { Entry = File(content: 1) with { Id = new EntryId(-1), Name = "f" }, Facets = Facets.All });
        var copied = Decide(new Proposer("b", IsHost: false), new Change { Entry = File(content: 2) with { Id = new EntryId(-1), Name = "f" }, Facets = Facets.All });
        Assert.Equal(Verdict.ConflictCopy, copied.Verdict);
        return (_tree.Find(created.Id)!, _tree.Find(copied.Id)!);
    }

    private Outcome Decide(Proposer proposer, Change change) => _decider.Decide(proposer, change, Now, []);

    private ContentId[] Live() => [.. _tree.All.Where(e => e is { Kind: EntryKind.File, Deleted: false }).Select(e => e.Content).OrderBy(c => c.ToString(), StringComparer.Ordinal)];

    private static Change Edit(Entry known, int content) =>
        new() { Entry = known with { Content = Content(content) }, Facets = Facets.Content, BasePlace = known.PlaceRevision, BaseContent = known.ContentRevision, BaseMode = known.ModeRevision };

    private static Change Delete(Entry known) =>
        new() { Entry = known with { Deleted = true }, Facets = Facets.Place, BasePlace = known.PlaceRevision, BaseContent = known.ContentRevision, BaseMode = known.ModeRevision };

    private static Entry File(int content) => new() { Id = new EntryId(-1), Parent = EntryId.Root, Name = "f", Kind = EntryKind.File, Mode = 0x1A4, Content = Content(content) };

    private static ContentId Content(int number)
    {
        var bytes = new byte[ContentId.Size];
        bytes[0] = (byte)number;
        return new ContentId(bytes);
    }
}
