using System.Buffers;
using Sync.Delta;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Xunit;

namespace Sync.Engine.Tests.Journal;

/// <summary>Who is behind makes no edit; who goes back knowingly does.</summary>
public sealed class EarlierContentsTests
{
    private readonly JournalTree _tree = new();
    private readonly Decider _decider;
    private readonly Proposer _host = new("host", IsHost: true);
    private readonly Proposer _guest = new("vm", IsHost: false);
    private readonly EntryId _file;

    public EarlierContentsTests()
    {
        _decider = new Decider(_tree, _ => ConflictPolicy.KeepBoth);
        _file = Propose(_host, new EntryId(-1), Facets.All, 1, default).Id;
    }

    [Fact]
    public void A_content_that_was_overtaken_is_no_conflict()
    {
        var first = Content;
        Propose(_host, _file, Facets.Content, 2, first);
        Propose(_host, _file, Facets.Content, 3, Content);
        // The guest knew state 1, and has state 2 on its disk: from the journal, by a link that went before it was told.
        Assert.Equal(Verdict.Lost, Propose(_guest, _file, Facets.Content, 2, first).Verdict);
        Assert.Equal(2, _tree.Count);
    }

    [Fact]
    public void Going_back_knowingly_is_an_edit()
    {
        Propose(_host, _file, Facets.Content, 2, Content);
        var known = Content;
        Propose(_host, _file, Facets.Content, 3, Content);
        // The guest knew state 2, and its user went back to state 1, while the host went on to 3.
        Assert.Equal(Verdict.ConflictCopy, Propose(_guest, _file, Facets.Content, 1, known).Verdict);
        Assert.Equal(3, _tree.Count);
    }

    [Fact]
    public void Without_a_base_every_earlier_content_is_behind()
    {
        Propose(_host, _file, Facets.Content, 2, Content);
        var outcome = Propose(_guest, new EntryId(-5), Facets.All, 1, default);
        Assert.Equal((Verdict.Lost, _file), (outcome.Verdict, outcome.Id));
        Assert.Equal(2, _tree.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Going_back_to_what_was_before_the_state_that_is_known_is_an_edit_whatever_came_of_that(bool isDeleted)
    {
        Propose(_host, _file, Facets.Content, 2, Content);
        var known = Content;
        // The guest knows state 2, and its user went back to state 1 offline; the host has deleted it meanwhile, or touched it.
        if (isDeleted) Assert.Equal(Verdict.Accepted, _decider.Decide(_host, new Change { Entry = _tree.Find(_file)! with { Deleted = true }, Facets = Facets.Place, BasePlace = _tree.Find(_file)!.PlaceRevision, BaseContent = known }, DateTimeOffset.UnixEpoch, []).Verdict);
        else Propose(_host, _file, Facets.Content, 2, known, mtimeNs: 5);
        Assert.Equal(Verdict.Accepted, Propose(_guest, _file, Facets.Content, 1, known).Verdict);
        Assert.Equal((false, State(1).Content), (_tree.Find(_file)!.Deleted, _tree.Find(_file)!.Content));
    }

    [Theory]
    [InlineData(false, Verdict.Accepted)]
    [InlineData(true, Verdict.Lost)]
    public void What_is_back_where_it_was_deleted_lives_unless_the_journal_alone_has_put_it_there(bool isHearsay, Verdict verdict)
    {
        // A look fell between two renames of a user's, who had moved it away for an instant.
        var file = _tree.Find(_file)!;
        var gone = new Change { Entry = file with { Deleted = true }, Facets = Facets.Place, BasePlace = file.PlaceRevision, BaseContent = file.ContentRevision };
        Assert.Equal(Verdict.Accepted, _decider.Decide(_guest, gone, DateTimeOffset.UnixEpoch, []).Verdict);
        var back = new Change { Entry = file, Facets = Facets.All, IsHearsay = isHearsay };
        Assert.Equal(verdict, _decider.Decide(_guest, back, DateTimeOffset.UnixEpoch, []).Verdict);
        Assert.Equal(isHearsay, _tree.Find(_file)!.Deleted);
    }

    [Fact]
    public void A_touch_is_no_edit_on_either_side()
    {
        var known = Content;
        // The host edits, the guest touches: the same bytes with another mtime.
        Propose(_host, _file, Facets.Content, 2, known);
        Assert.Equal(Verdict.Lost, Propose(_guest, _file, Facets.Content, 1, known).Verdict);
        // The host touches, twice, the guest edits.
        known = Content;
        Propose(_host, _file, Facets.Content, 2, known, mtimeNs: 5);
        Propose(_host, _file, Facets.Content, 2, Content, mtimeNs: 6);
        Assert.True(Content > known);
        Assert.Equal(Verdict.Accepted, Propose(_guest, _file, Facets.Content, 3, known).Verdict);
        Assert.Equal(2, _tree.Count);
    }

    [Fact]
    public void What_the_proposer_wrote_before_and_another_told_again_is_no_conflict()
    {
        var known = Content;
        // Told to the guest, lost with the host's life, proposed by the guest; the host had gone on from it.
        Propose(_guest, _file, Facets.Content, 2, known);
        Assert.Equal(Verdict.Accepted, Propose(_host, _file, Facets.Content, 3, known, passed: 2).Verdict);
        Assert.Equal(2, _tree.Count);
    }

    [Fact]
    public void What_was_told_and_lost_is_behind_once_its_author_has_named_it()
    {
        var known = Content;
        Propose(_host, _file, Facets.Content, 3, known, passed: 2);
        Assert.Equal(Verdict.Lost, Propose(_guest, _file, Facets.Content, 2, known).Verdict);
        // Going back to it, having seen what came after, is an edit.
        var seen = Content;
        Propose(_host, _file, Facets.Content, 4, seen);
        Assert.Equal(Verdict.ConflictCopy, Propose(_guest, _file, Facets.Content, 2, seen).Verdict);
    }

    [Fact]
    public void What_the_host_told_of_its_disk_and_lost_yields_to_what_it_has()
    {
        var known = Content;
        Propose(_host, _file, Facets.Content, 3, known);
        Assert.Equal(Verdict.Lost, Propose(_guest, _file, Facets.Content, 2, known, hearsay: true).Verdict);
        Assert.Equal(2, _tree.Count);
        // Of a new entry that the host has no more: it is made known, and deleted.
        var gone = _decider.Decide(_guest, new Change { Entry = State(5) with { Id = new EntryId(-9), Name = "gone" }, Facets = Facets.All, IsHearsay = true }, DateTimeOffset.UnixEpoch, []);
        Assert.True(_tree.Find(gone.Id)!.Deleted);
    }

    [Fact]
    public void What_was_being_placed_when_the_agent_was_killed_does_not_bring_back_a_file_that_was_edited_and_deleted_since()
    {
        Propose(_host, _file, Facets.Content, 2, Content);
        Propose(_host, _file, Facets.Content, 3, Content);
        var current = _tree.Find(_file)!;
        _decider.Decide(_host, new Change { Entry = current with { Deleted = true }, Facets = Facets.Place, BaseContent = current.ContentRevision, BasePlace = current.PlaceRevision }, DateTimeOffset.UnixEpoch, []);
        // Its index knows nothing of it: it proposes all that it has found.
        Assert.Equal(Verdict.Lost, Propose(_guest, _file, Facets.All, 2, Revision.Zero, hearsay: true).Verdict);
        Assert.True(_tree.Find(_file)!.Deleted);
    }

    [Fact]
    public void Without_hearsay_both_are_kept()
    {
        var known = Content;
        Propose(_host, _file, Facets.Content, 3, known);
        Assert.Equal(Verdict.ConflictCopy, Propose(_guest, _file, Facets.Content, 2, known).Verdict);
    }

    [Fact]
    public void A_touch_makes_no_bytes_newer()
    {
        var decider = new Decider(_tree, _ => ConflictPolicy.NewestWins);
        Outcome Save(Proposer proposer, int content, Revision known, long seenNs, long mtimeNs = 0) =>
            decider.Decide(proposer, new Change { Entry = State(content) with { Id = _file, MtimeNs = mtimeNs }, Facets = Facets.Content, BaseContent = known, ObservedNs = seenNs }, DateTimeOffset.UnixEpoch, []);
        decider.Head = _decider.Head;
        var known = Content;
        Save(_host, 2, known, seenNs: 10);
        Save(_host, 2, Content, seenNs: 30, mtimeNs: 5);
        Assert.Equal(Verdict.Accepted, Save(_guest, 3, known, seenNs: 20).Verdict);
        Assert.Equal(State(3).Content, _tree.Find(_file)!.Content);
    }

    [Fact]
    public void They_are_kept_with_the_record()
    {
        var earlier = new EarlierContents();
        for (var i = 0; i < EarlierContents.Kept + 4; i++) earlier.Add(State(i + 1) with { Id = _file, ContentRevision = new Revision(i) }, default);
        earlier.Add(State(99) with { Id = _file, ContentRevision = new Revision(50) }, State(99).Content);
        var buffer = new ArrayBufferWriter<byte>();
        EarlierContents.Write(buffer, earlier.Of(_file));
        var again = new EarlierContents();
        var span = buffer.WrittenSpan;
        again.Read(ref span, _file);
        Assert.True(span.IsEmpty);
        Assert.Equal(EarlierContents.Kept, again.Of(_file).Earlier.Length);
        Assert.Equal(earlier.Of(_file).Earlier, again.Of(_file).Earlier);
        Assert.Equal(new Revision(50), again.Of(_file).BytesSince);
    }

    private Revision Content => _tree.Find(_file)!.ContentRevision;

    private Outcome Propose(Proposer proposer, EntryId id, Facets facets, int content, Revision baseContent, long mtimeNs = 0, int? passed = null, bool hearsay = false) =>
        _decider.Decide(proposer, new Change { Entry = State(content) with { Id = id, MtimeNs = mtimeNs }, Facets = facets, BaseContent = baseContent, Passed = passed is { } p ? [State(p).Content.Prefix] : [], IsHearsay = hearsay }, DateTimeOffset.UnixEpoch, []);

    private static Entry State(int content)
    {
        var bytes = new byte[ContentId.Size];
        bytes[0] = (byte)content;
        return new Entry { Id = EntryId.None, Parent = EntryId.Root, Name = "f", Kind = EntryKind.File, Content = new ContentId(bytes) };
    }
}
