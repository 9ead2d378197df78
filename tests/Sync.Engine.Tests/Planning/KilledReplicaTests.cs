using System.Buffers;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Store;
using Sync.Engine.Trees;
using Xunit;

namespace Sync.Engine.Tests.Planning;

/// <summary>A replica that was killed: what its former life proposed and placed, and what the host told and lost, is no conflict with what came after.</summary>
public sealed class KilledReplicaTests
{
    private static readonly EntryId File = new(5);

    [Fact]
    public void An_edit_on_top_of_what_a_former_life_proposed_is_based_on_it()
    {
        var (reconciler, node) = Agreed(content: 1, revision: 10);
        reconciler.RestoreSent(new SentChange("", new Change { Entry = State(2), Facets = Facets.Content, BaseContent = new Revision(10) }));
        // Edited while no agent ran.
        reconciler.Trees.SetLocal(node, State(3), new FileStamp(1, 0, 0, 0));
        reconciler.Receive(State(2) with { PlaceRevision = new Revision(10), ContentRevision = new Revision(11), ModeRevision = new Revision(10) });
        reconciler.Commit(new Revision(11));
        reconciler.CaughtUp();
        Assert.Equal(new Revision(11), NextProposal(reconciler).BaseContent);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_deletion_after_an_edit_that_was_told_before_its_answer_is_one(bool killed)
    {
        var (reconciler, node) = Agreed(content: 1, revision: 10);
        var sent = new SentChange("", new Change { Entry = State(2), Facets = Facets.Content, BaseContent = new Revision(10) });
        reconciler.Receive(State(2) with { PlaceRevision = new Revision(10), ContentRevision = new Revision(11), ModeRevision = new Revision(10) });
        if (killed) reconciler.RestoreSent(sent);
        else reconciler.LoseLink([], [(node, sent)]);
        reconciler.Trees.SetLocal(node, null);
        var change = NextProposal(reconciler);
        Assert.Equal((true, new Revision(11)), (change.Entry.Deleted, change.BaseContent));
    }

    [Fact]
    public void What_the_host_lost_is_named_by_who_proposed_it_and_is_an_edit_of_nobody_else()
    {
        var (author, node) = Agreed(content: 1, revision: 10);
        author.RestoreSent(new SentChange("", new Change { Entry = State(2), Facets = Facets.Content, BaseContent = new Revision(10) }));
        author.Trees.SetLocal(node, State(3), new FileStamp(1, 0, 0, 0));
        author.CaughtUp();
        Assert.Equal([State(2).Content.Prefix], NextProposal(author).Passed);

        var (other, held) = Agreed(content: 1, revision: 10);
        other.Receive(State(2) with { ByHost = true, PlaceRevision = new Revision(10), ContentRevision = new Revision(11), ModeRevision = new Revision(10) });
        other.Trees.SetLocal(held, State(2), new FileStamp(1, 0, 0, 0));
        other.DropTentative(new Revision(10), keptDisk: true);
        Assert.True(other.Former.IsHearsay(held));
        // What a user makes of it is an edit.
        other.Trees.SetLocal(held, State(4), new FileStamp(1, 0, 0, 0));
        Assert.False(other.Former.IsHearsay(held));
    }

    [Fact]
    public void A_state_that_became_durable_behind_a_later_one_is_what_is_left_when_the_host_loses_that()
    {
        var reconciler = NewReconciler();
        reconciler.Receive(State(1) with { PlaceRevision = new Revision(11), ContentRevision = new Revision(11), ModeRevision = new Revision(11) });
        reconciler.Receive(State(2) with { PlaceRevision = new Revision(11), ContentRevision = new Revision(13), ModeRevision = new Revision(11) });
        reconciler.Commit(new Revision(12));
        // To be saved, and gone back to: the host does not tell of it again.
        Assert.Equal(new Revision(11), reconciler.CommittedRemote(reconciler.Trees.Find(File)!)!.Revision);
        reconciler.DropTentative(new Revision(12));
        Assert.Equal(State(1).Content, reconciler.Trees.Find(File)?.Remote?.Content);

        // The host's new life gives the lost revision to another state.
        reconciler.Receive(State(3) with { PlaceRevision = new Revision(11), ContentRevision = new Revision(14), ModeRevision = new Revision(11) });
        reconciler.Commit(new Revision(13));
        Assert.Equal(State(1).Content, reconciler.CommittedRemote(reconciler.Trees.Find(File)!)!.Content);
        reconciler.Commit(new Revision(14));
        Assert.Equal(State(3).Content, reconciler.CommittedRemote(reconciler.Trees.Find(File)!)!.Content);
    }

    [Fact]
    public void What_was_being_put_in_place_when_the_host_lost_it_is_no_edit_when_it_stands_there()
    {
        var reconciler = NewReconciler();
        var told = State(2) with { ByHost = true, MtimeNs = 77, PlaceRevision = new Revision(11), ContentRevision = new Revision(11), ModeRevision = new Revision(11) };
        reconciler.Receive(told);
        reconciler.Trees.Find(File)!.Flags |= NodeFlags.Applying;
        reconciler.DropTentative(new Revision(10), keptDisk: true);
        Assert.Null(reconciler.Trees.Find(File));
        var found = reconciler.Trees.AddProvisional();
        reconciler.Trees.SetLocal(found, State(2) with { Id = found.Id, MtimeNs = 77 }, new FileStamp(1, 0, 77, 0));
        Assert.True(reconciler.Former.IsHearsay(found));
    }

    [Fact]
    public void What_the_first_look_found_in_place_is_hearsay_and_what_comes_to_its_name_later_is_not()
    {
        var reconciler = NewReconciler();
        reconciler.Former.AddPlacing("f", State(2) with { MtimeNs = 77 });
        var found = reconciler.Trees.AddProvisional();
        reconciler.Trees.SetLocal(found, State(2) with { Id = found.Id, MtimeNs = 77 }, new FileStamp(1, 0, 77, 0));
        reconciler.Former.Looked();
        Assert.True(reconciler.Former.IsHearsay(found));
        // Moved away and back before there was a link, over something else: new here.
        reconciler.Trees.SetLocal(found, null);
        var back = reconciler.Trees.AddProvisional();
        reconciler.Trees.SetLocal(back, State(2) with { Id = back.Id, MtimeNs = 77 }, new FileStamp(1, 0, 77, 0));
        Assert.False(reconciler.Former.IsHearsay(back));
    }

    [Fact]
    public void After_the_hosts_machine_went_down_what_it_told_may_be_the_only_copy()
    {
        var (other, held) = Agreed(content: 1, revision: 10);
        other.Receive(State(2) with { ByHost = true, PlaceRevision = new Revision(10), ContentRevision = new Revision(11), ModeRevision = new Revision(10) });
        other.Trees.SetLocal(held, State(2), new FileStamp(1, 0, 0, 0));
        other.DropTentative(new Revision(10), keptDisk: false);
        Assert.False(other.Former.IsHearsay(held));
    }

    [Fact]
    public void A_file_made_proposed_and_deleted_by_a_killed_replica_does_not_come_back()
    {
        var reconciler = NewReconciler();
        reconciler.RestoreSent(new SentChange("f", new Change { Entry = State(2) with { Id = new EntryId(-3) }, Facets = Facets.All }));
        reconciler.Receive(State(2) with { PlaceRevision = new Revision(11), ContentRevision = new Revision(11), ModeRevision = new Revision(11) });
        reconciler.Commit(new Revision(11));
        reconciler.CaughtUp();
        Assert.True(NextProposal(reconciler).Entry.Deleted);
    }

    [Fact]
    public void A_file_made_and_proposed_by_a_killed_replica_and_edited_since_is_the_same_file()
    {
        var reconciler = NewReconciler();
        reconciler.RestoreSent(new SentChange("f", new Change { Entry = State(2) with { Id = new EntryId(-3) }, Facets = Facets.All }));
        var found = reconciler.Trees.AddProvisional();
        reconciler.Trees.SetLocal(found, State(3) with { Id = found.Id }, new FileStamp(1, 0, 0, 0));
        reconciler.Receive(State(2) with { PlaceRevision = new Revision(11), ContentRevision = new Revision(11), ModeRevision = new Revision(11) });
        reconciler.Commit(new Revision(11));
        reconciler.CaughtUp();
        var change = NextProposal(reconciler);
        Assert.Equal((File, new Revision(11), State(3).Content), (change.Entry.Id, change.BaseContent, change.Entry.Content));
    }

    [Fact]
    public void What_stands_in_a_directory_that_is_not_known_again_yet_was_not_deleted()
    {
        var reconciler = NewReconciler();
        var directory = new Entry { Id = new EntryId(4), Parent = EntryId.Root, Name = "d", Kind = EntryKind.Directory };
        reconciler.RestoreSent(new SentChange("d", new Change { Entry = directory with { Id = new EntryId(-2) }, Facets = Facets.All }));
        reconciler.RestoreSent(new SentChange("d/f", new Change { Entry = State(2) with { Id = new EntryId(-3), Parent = new EntryId(-2) }, Facets = Facets.All }));
        // The look came first.
        var (foundDirectory, found) = (reconciler.Trees.AddProvisional(), default(Node));
        reconciler.Trees.SetLocal(foundDirectory, directory with { Id = foundDirectory.Id }, new FileStamp(1, 0, 0, 0));
        found = reconciler.Trees.AddProvisional();
        reconciler.Trees.SetLocal(found, State(2) with { Id = found.Id, Parent = foundDirectory.Id }, new FileStamp(2, 0, 0, 0));
        var revision = new Revision(11);
        reconciler.Receive(directory with { PlaceRevision = revision, ContentRevision = revision, ModeRevision = revision });
        reconciler.Receive(State(2) with { Parent = directory.Id, PlaceRevision = revision, ContentRevision = revision, ModeRevision = revision });
        reconciler.Commit(revision);
        reconciler.CaughtUp();
        Assert.False(reconciler.TryNext(mayPropose: true, mayApply: true, out _, out _));
        Assert.Equal((true, true), (reconciler.Trees.Find(directory.Id)!.IsLocal, reconciler.Trees.Find(File)!.IsLocal));
    }

    [Fact]
    public void What_was_being_put_in_place_is_no_edit_as_long_as_it_is_as_the_journal_had_it()
    {
        var reconciler = NewReconciler();
        reconciler.Former.AddPlacing("f", State(2) with { MtimeNs = 77 });
        var found = reconciler.Trees.AddProvisional();
        reconciler.Trees.SetLocal(found, State(2) with { Id = found.Id, MtimeNs = 77 }, new FileStamp(1, 0, 77, 0));
        Assert.True(reconciler.Former.IsHearsay(found));
        reconciler.Trees.SetLocal(found, State(2) with { Id = found.Id, MtimeNs = 78 }, new FileStamp(1, 0, 78, 0));
        Assert.False(reconciler.Former.IsHearsay(found));
    }

    [Fact]
    public void On_the_host_what_the_journal_has_of_its_disk_is_behind_what_stands_there_whatever_the_index_knew()
    {
        var (host, node) = AgreedOnHost();
        host.Trees.SetLocal(node, State(3), new FileStamp(1, 0, 0, 0));
        Assert.Equal([State(2).Content.Prefix], NextProposal(host).Passed);

        (host, node) = AgreedOnHost();
        host.Trees.SetLocal(node, null);
        var deletion = NextProposal(host);
        Assert.Equal((true, State(2).Content.Prefix), (deletion.Entry.Deleted, Assert.Single(deletion.Passed)));

        // Where the disk has what the index knew, it was put back: the journal's stands.
        (host, node) = AgreedOnHost();
        Assert.True(host.TryNext(mayPropose: true, mayApply: true, out _, out var step));
        Assert.Equal(StepKind.Update, step.Kind);
    }

    /// <summary>Else the other would be moved there, merged with it for its bytes, and deleted with it.</summary>
    [Fact]
    public void On_the_host_what_stands_at_its_name_under_another_identity_is_it()
    {
        var (host, node) = AgreedOnHost();
        var revision = new Revision(10);
        var other = State(7) with { Id = new EntryId(6), Name = "g", PlaceRevision = revision, ContentRevision = revision, ModeRevision = revision };
        var taken = host.Trees.GetOrAdd(other.Id);
        host.Trees.SetRemote(taken, other);
        host.Trees.SetSynced(taken, other);
        host.Trees.SetLocal(node, null);
        host.Trees.SetLocal(taken, other with { Name = "f", Content = State(2).Content }, new FileStamp(1, 0, 0, 0));
        var change = NextProposal(host);
        Assert.Equal((other.Id, true), (change.Entry.Id, change.Entry.Deleted));
        Assert.False(host.TryNext(mayPropose: true, mayApply: true, out _, out _));
        Assert.Equal((State(2).Content, false), (node.Local!.Content, taken.IsLocal));
    }

    [Fact]
    public void On_the_host_a_file_of_its_own_that_the_index_did_not_know_was_deleted_unless_it_cannot_be_seen()
    {
        var revision = new Revision(11);
        var told = State(2) with { ByHost = true, PlaceRevision = revision, ContentRevision = revision, ModeRevision = revision };
        var host = NewReconciler();
        host.Planner.OwnUpTo = revision;
        host.Receive(told);
        host.Commit(revision);
        Assert.True(NextProposal(host).Entry.Deleted);

        host = NewReconciler();
        host.Planner.OwnUpTo = revision;
        host.Planner.IsUnreadable = path => path == "f";
        host.Receive(told);
        host.Commit(revision);
        Assert.False(host.TryNext(mayPropose: true, mayApply: true, out _, out _));
    }

    [Fact]
    public void The_states_of_an_entry_come_back_as_they_were()
    {
        var node = new RecentNode(State(1), State(2), new FileStamp(9, 0, 0, 4), State(2) with { ContentRevision = new Revision(11) })
        {
            Applied = State(2) with { ContentRevision = new Revision(11) },
            IsTentative = true,
            Committed = State(1) with { ContentRevision = new Revision(10) },
        };
        var sent = new SentChange("d/f", new Change { Entry = State(3) with { Id = new EntryId(-2) }, Facets = Facets.All, BaseContent = new Revision(4) });
        var answered = new SentChange("d/g", new Change { Entry = State(3) with { Id = new EntryId(-3) }, Facets = Facets.All });
        var records = new ArrayBufferWriter<byte>();
        RecentRecords.Write(records, File, node);
        RecentRecords.WriteSent(records, sent);
        RecentRecords.WriteSent(records, answered);
        RecentRecords.WriteAnswered(records, answered);
        RecentRecords.WritePlacing(records, "d/h", State(8));
        RecentRecords.WriteFollowed(records, new Revision(12), 99);
        RecentRecords.WriteGone(records, new EntryId(6));
        var state = RecentRecords.Read([records.WrittenSpan.ToArray()]);
        Assert.Equal(node, state.Nodes[File.Value]);
        Assert.Null(state.Nodes[6]);
        Assert.Equal((sent.Path, sent.Change.Entry, sent.Change.BaseContent), (Assert.Single(state.Sent.Values).Path, state.Sent.Values.First().Change.Entry, state.Sent.Values.First().Change.BaseContent));
        Assert.Equal(State(8), state.Placing["d/h"]);
        Assert.Equal((new Revision(12), 99UL), state.Followed);
    }

    [Fact]
    public void An_edit_that_was_seen_and_not_agreed_on_is_to_be_looked_at_again()
    {
        var seen = new RecentNode(State(1), State(2), new FileStamp(9, 0, 0, 4), State(1));
        Assert.Equal((State(1).Content, 9UL, 0L), (seen.Agreed().Local!.Content, seen.Agreed().Stamp.FileKey, seen.Agreed().Stamp.CtimeNs));
        var agreed = seen with { Local = State(1) };
        Assert.Same(agreed, agreed.Agreed());
    }

    private static Reconciler NewReconciler() => new(new TreeSet(EntryId.Root), new FacetComparer());

    private static (Reconciler Reconciler, Node Node) Agreed(int content, long revision)
    {
        var reconciler = NewReconciler();
        var entry = State(content) with { PlaceRevision = new Revision(revision), ContentRevision = new Revision(revision), ModeRevision = new Revision(revision) };
        var node = reconciler.Trees.GetOrAdd(File);
        reconciler.Planner.Committed = new Revision(revision);
        reconciler.Trees.SetRemote(node, entry);
        reconciler.Trees.SetSynced(node, entry);
        reconciler.Trees.SetLocal(node, entry, new FileStamp(1, 0, 0, 0));
        return (reconciler, node);
    }

    /// <summary>The index knew revision 10; the journal has what the host's disk had after that.</summary>
    private static (Reconciler Reconciler, Node Node) AgreedOnHost()
    {
        var (host, node) = Agreed(content: 1, revision: 10);
        host.Planner.OwnUpTo = new Revision(11);
        host.Receive(State(2) with { ByHost = true, PlaceRevision = new Revision(10), ContentRevision = new Revision(11), ModeRevision = new Revision(10) });
        host.Commit(new Revision(11));
        return (host, node);
    }

    private static Change NextProposal(Reconciler reconciler)
    {
        Assert.True(reconciler.TryNext(mayPropose: true, mayApply: true, out var node, out var step));
        Assert.Equal(StepKind.Propose, step.Kind);
        return ProposalBuilder.Build(reconciler.Trees, node, step, 0) with { Passed = reconciler.PassedBy(node), IsHearsay = reconciler.Former.IsHearsay(node) };
    }

    private static Entry State(int content)
    {
        var bytes = new byte[ContentId.Size];
        bytes[0] = (byte)content;
        return new Entry { Id = File, Parent = EntryId.Root, Name = "f", Kind = EntryKind.File, Content = new ContentId(bytes) };
    }
}
