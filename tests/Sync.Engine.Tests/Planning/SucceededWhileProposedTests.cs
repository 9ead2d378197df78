using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Planning;

/// <summary>An edit is on its way, and the file gives its name to something else: that is told behind the end of the file, or the host would see two that want one name.</summary>
public sealed class SucceededWhileProposedTests
{
    private readonly Reconciler _reconciler = new(new TreeSet(EntryId.Root), new FacetComparer());
    private readonly Node _file;
    private readonly Change _edit;
    private ulong _key = 50;

    public SucceededWhileProposedTests()
    {
        _file = Agree(new EntryId(2), EntryId.Root, "name", EntryKind.File);
        _reconciler.Trees.SetLocal(_file, _file.Local! with { Content = Content(2), MtimeNs = 5 }, new FileStamp(2, 1, 5, 5));
        _edit = Assert.Single(Propose(isSent: false)).Change;
    }

    [Fact]
    public void A_link_at_the_name_of_a_deleted_file_whose_edit_has_no_answer_waits_for_it()
    {
        _reconciler.Trees.SetLocal(_file, null);
        var link = Make("name", EntryKind.Symlink);
        Assert.Empty(Propose(isSent: true));

        _reconciler.Receive(Told());
        _reconciler.Conclude(_file, _edit, new Outcome(_file.Id, _file.Id, Verdict.Accepted, new Revision(20)));
        Assert.Equal([(_file, true), (link, false)], Propose(isSent: true).Select(static p => (p.Node, p.Change.Entry.Deleted)));
    }

    [Fact]
    public void It_waits_also_when_the_journal_tells_of_the_edit_before_the_answer_comes()
    {
        _reconciler.Trees.SetLocal(_file, null);
        var directory = Make("name", EntryKind.Directory);
        _reconciler.Receive(Told());
        Assert.Empty(Propose(isSent: true));

        _reconciler.Conclude(_file, _edit, new Outcome(_file.Id, _file.Id, Verdict.Accepted, new Revision(20)));
        Assert.Equal([_file, directory], Propose(isSent: true).Select(static p => p.Node));
    }

    [Fact]
    public void A_refused_edit_keeps_nobody_waiting()
    {
        _reconciler.Trees.SetLocal(_file, null);
        var link = Make("name", EntryKind.Symlink);
        Assert.Empty(Propose(isSent: true));

        _reconciler.Conclude(_file, _edit, new Outcome(_file.Id, _file.Id, Verdict.Refused, default));
        Assert.Contains(link, Propose(isSent: true).Select(static p => p.Node));
    }

    [Fact]
    public void What_comes_to_the_former_name_of_a_moved_and_edited_file_waits_until_the_move_is_on_its_way()
    {
        _reconciler.Receive(Told());
        _reconciler.Conclude(_file, _edit, new Outcome(_file.Id, _file.Id, Verdict.Accepted, new Revision(20)));
        _reconciler.Trees.SetLocal(_file, _file.Local! with { Name = "name.bak", Content = Content(3), MtimeNs = 6 }, _file.Stamp);
        var successor = Make("name", EntryKind.Symlink);

        // Its bytes are being read.
        Assert.Equal([_file], Propose(isSent: false).Select(static p => p.Node));
        Assert.Empty(Propose(isSent: true));
        _file.Flags |= NodeFlags.Leaving;
        _reconciler.WakeWaiters(_file);
        Assert.Equal([successor], Propose(isSent: true).Select(static p => p.Node));
    }

    [Fact]
    public void A_file_at_the_name_of_a_directory_in_which_another_was_made_anew_and_deleted_waits_for_both()
    {
        var directory = Agree(new EntryId(3), EntryId.Root, "d", EntryKind.Directory);
        var inside = Agree(new EntryId(4), directory.Id, "inside", EntryKind.File);
        _reconciler.Trees.SetLocal(inside, null);
        Assert.True(Assert.Single(Propose(isSent: true)).Change.Entry.Deleted);
        _reconciler.Receive(inside.Remote! with { Deleted = true, PlaceRevision = new Revision(20) });
        _reconciler.Conclude(inside, Deletion(inside), new Outcome(inside.Id, inside.Id, Verdict.Accepted, new Revision(20)));
        inside.Flags &= ~NodeFlags.Proposed;
        var again = new Entry { Id = inside.Id, Parent = directory.Id, Name = "inside", Kind = EntryKind.File, Mode = 0x1A4, Size = 1, Content = Content(3) };
        _reconciler.Trees.SetLocal(inside, again, new FileStamp(_key++, 1, 0, 0));
        var made = Assert.Single(Propose(isSent: true));
        Assert.Equal(inside, made.Node);

        // Both are gone again before there is an answer, and the journal tells of what was made first.
        _reconciler.Trees.SetLocal(inside, null);
        _reconciler.Trees.SetLocal(directory, null);
        var file = Make("d", EntryKind.File);
        _reconciler.Receive(again with { PlaceRevision = new Revision(21), ContentRevision = new Revision(21), ModeRevision = new Revision(21) });
        Assert.Empty(Propose(isSent: true));
        inside.Flags &= ~NodeFlags.Proposed;
        _reconciler.Conclude(inside, made.Change, new Outcome(inside.Id, inside.Id, Verdict.Accepted, new Revision(21)));
        Assert.Equal([(inside, true)], Propose(isSent: true).Select(static p => (p.Node, p.Change.Entry.Deleted)));
        inside.Flags &= ~NodeFlags.Proposed;
        _reconciler.Receive(inside.Remote! with { Deleted = true, PlaceRevision = new Revision(22) });
        _reconciler.Conclude(inside, Deletion(inside), new Outcome(inside.Id, inside.Id, Verdict.Accepted, new Revision(22)));
        Assert.Equal([(directory, true), (file, false)], Propose(isSent: true).Select(static p => (p.Node, p.Change.Entry.Deleted)));
    }

    [Fact]
    public void What_is_made_in_a_directory_that_was_made_anew_while_its_deletion_was_on_its_way_comes_behind_it()
    {
        var directory = Agree(new EntryId(3), EntryId.Root, "d", EntryKind.Directory);
        var local = directory.Local!;
        _reconciler.Trees.SetLocal(directory, null);
        Assert.True(Assert.Single(Propose(isSent: true)).Change.Entry.Deleted);
        _reconciler.Trees.SetLocal(directory, local, new FileStamp(_key++, 0, 0, 0));
        var inside = Make("inside", EntryKind.File, directory);
        Assert.Empty(Propose(isSent: true));

        directory.Flags &= ~NodeFlags.Proposed;
        _reconciler.Receive(directory.Remote! with { Deleted = true, PlaceRevision = new Revision(20) });
        _reconciler.Conclude(directory, Deletion(directory), new Outcome(directory.Id, directory.Id, Verdict.Accepted, new Revision(20)));
        Assert.Equal([directory, inside], Propose(isSent: true).Select(static p => p.Node));
    }

    [Fact]
    public void What_is_made_in_a_directory_that_comes_back_with_it_waits_until_the_name_is_free()
    {
        var directory = Agree(new EntryId(3), EntryId.Root, "d", EntryKind.Directory);
        _reconciler.Receive(directory.Remote! with { Deleted = true, PlaceRevision = new Revision(20) });
        var state = new Entry
        {
            Id = new EntryId(5), Parent = EntryId.Root, Name = "d", Kind = EntryKind.File, Mode = 0x1A4, Size = 1, Content = Content(4),
            PlaceRevision = new Revision(21), ContentRevision = new Revision(21), ModeRevision = new Revision(21),
        };
        _reconciler.Receive(state);
        var file = _reconciler.Trees.Find(state.Id)!;
        _reconciler.Trees.SetSynced(file, state);
        var inside = Make("inside", EntryKind.File, directory);

        // The file stood at the name in between, and is gone again.
        Assert.Equal([(file, true), (inside, false)], Propose(isSent: true).Select(static p => (p.Node, p.Change.Entry.Deleted)));
    }

    private static Change Deletion(Node node) => new() { Entry = node.Remote! with { Deleted = true }, Facets = Facets.Place };

    /// <summary>An entry that is the same here and in the journal, since revision 10.</summary>
    private Node Agree(EntryId id, EntryId parent, string name, EntryKind kind)
    {
        var state = new Entry
        {
            Id = id, Parent = parent, Name = name, Kind = kind, Mode = 0x1A4, Size = kind == EntryKind.File ? 1 : 0, Content = kind == EntryKind.File ? Content(1) : default,
            PlaceRevision = new Revision(10), ContentRevision = new Revision(10), ModeRevision = new Revision(10),
        };
        _reconciler.Receive(state);
        _reconciler.Commit(new Revision(10));
        var node = _reconciler.Trees.Find(id)!;
        _reconciler.Trees.SetLocal(node, state, new FileStamp((ulong)id.Value, 1, 0, 0));
        _reconciler.Trees.SetSynced(node, state);
        return node;
    }

    private static ContentId Content(byte number) => new([number, .. new byte[ContentId.Size - 1]]);

    /// <summary>The edit, as the journal has it.</summary>
    private Entry Told() => _file.Remote! with { Content = _edit.Entry.Content, MtimeNs = _edit.Entry.MtimeNs, ContentRevision = new Revision(20) };

    private Node Make(string name, EntryKind kind, Node? directory = null)
    {
        var trees = _reconciler.Trees;
        var node = trees.AddProvisional();
        trees.SetLocal(node, new Entry { Id = node.Id, Parent = directory?.Id ?? EntryId.Root, Name = name, Kind = kind, Mode = 0x1ED, LinkTarget = kind == EntryKind.Symlink ? "there" : null }, new FileStamp(_key++, 0, 0, 0));
        return node;
    }

    /// <summary>What is proposed now, in its order.</summary>
    private List<(Node Node, Change Change)> Propose(bool isSent)
    {
        var proposed = new List<(Node, Change)>();
        while (_reconciler.TryNext(mayPropose: true, mayApply: true, out var node, out var step))
        {
            Assert.Equal(StepKind.Propose, step.Kind);
            proposed.Add((node, ProposalBuilder.Build(_reconciler.Trees, node, step, 0)));
            node.Flags |= NodeFlags.Proposing | (node.Local is null ? NodeFlags.Deleting : 0) | (isSent && step.Facets.HasFlag(Facets.Place) ? NodeFlags.Leaving : 0);
            _reconciler.WakeWaiters(node);
        }

        return proposed;
    }
}
