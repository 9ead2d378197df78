using System.Text;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Xunit;

namespace Sync.Engine.Tests.Hostile;

/// <summary>What a paired guest may not do to a share: to its host's disk, to its journal, to the other guests.</summary>
public sealed class HostileGuestTests
{
    private static readonly byte[] Some = "some bytes"u8.ToArray();

    [Fact]
    public async Task The_replicas_own_directory_cannot_be_named()
    {
        await using var host = await HostUnderTest.StartAsync();
        var guest = await host.JoinAsync("mallory");
        foreach (var entry in (Entry[])[guest.Folder(".sync"), guest.File(".sync", Some), guest.Link(".sync", "/etc")])
            Assert.Equal(Verdict.Refused, (await guest.ProposeOneAsync(HostileSession.New(entry, entry.Kind == EntryKind.File ? Some : null))).Verdict);

        // Nor by moving, or renaming, something there.
        var made = await guest.ProposeOneAsync(HostileSession.New(guest.Folder("d")));
        var folder = guest.Told[made.Id];
        var moved = await guest.ProposeOneAsync(new Change { Entry = folder with { Name = ".sync" }, Facets = Facets.Place, BasePlace = folder.PlaceRevision });
        Assert.Equal(Verdict.Refused, moved.Verdict);
        await host.SettledAsync();
        Assert.Equal([".sync", "d"], Directory.GetFileSystemEntries(host.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.False(new DirectoryInfo(Path.Join(host.Root, ".sync")).LinkTarget is not null);
    }

    [Fact]
    public async Task The_root_is_no_entry()
    {
        await using var host = await HostUnderTest.StartAsync();
        var guest = await host.JoinAsync("mallory");
        var root = new Entry { Id = EntryId.Root, Parent = EntryId.None, Name = "", Kind = EntryKind.Directory, Mode = 0 };
        Assert.Equal(Verdict.Refused, (await guest.ProposeOneAsync(new Change { Entry = root, Facets = Facets.Mode })).Verdict);
        Assert.Equal(Verdict.Refused, (await guest.ProposeOneAsync(new Change { Entry = root with { Deleted = true }, Facets = Facets.Place })).Verdict);
    }

    [Fact]
    public async Task A_guest_of_a_part_changes_nothing_outside_of_it()
    {
        await using var host = await HostUnderTest.StartAsync(before: root =>
        {
            Directory.CreateDirectory(Path.Join(root, "part"));
            Directory.CreateDirectory(Path.Join(root, "other"));
            File.WriteAllText(Path.Join(root, "other", "f"), "theirs");
        });
        var whole = await host.JoinAsync("alice");
        await EventuallyAsync(() => whole.Told.Values.Count(e => e.Name is "part" or "other" or "f") == 3);
        var part = await host.JoinAsync("mallory", part: "part");
        var other = whole.Told.Values.Single(e => e.Name == "other");
        var file = whole.Told.Values.Single(e => e.Name == "f");
        await part.ProposeOneAsync(HostileSession.New(part.Folder("in")));

        // Not told of it, and not able to touch what it guesses.
        Assert.DoesNotContain(part.Told.Values, e => e.Name is "other" or "f");
        foreach (var change in (Change[])
                 [
                     HostileSession.New(part.File("new", Some, other.Id), Some),
                     HostileSession.New(part.File("new", Some, EntryId.Root), Some),
                     new Change { Entry = file with { Deleted = true }, Facets = Facets.Place, BasePlace = file.PlaceRevision, BaseContent = file.ContentRevision },
                     new Change { Entry = file with { Content = HostileSession.ContentOf(Some), Size = Some.Length }, Facets = Facets.Content, BaseContent = file.ContentRevision, Inline = Some },
                     new Change { Entry = file with { Mode = 0x1FF }, Facets = Facets.Mode, BaseMode = file.ModeRevision },
                     new Change { Entry = file with { Parent = part.Root, Name = "taken" }, Facets = Facets.Place, BasePlace = file.PlaceRevision },
                     new Change { Entry = whole.Told.Values.Single(e => e.Name == "part") with { Name = "renamed" }, Facets = Facets.Place, BasePlace = other.PlaceRevision },
                 ])
            Assert.True((await part.ProposeOneAsync(change)).Verdict is Verdict.Refused or Verdict.Retry or Verdict.Lost, change.ToString());
        var mine = await part.ProposeOneAsync(HostileSession.New(part.File("mine", Some), Some));
        var pushedOut = await part.ProposeOneAsync(new Change { Entry = part.Told[mine.Id] with { Parent = other.Id }, Facets = Facets.Place, BasePlace = part.Told[mine.Id].PlaceRevision });
        Assert.True(pushedOut.Verdict is Verdict.Refused or Verdict.Lost, pushedOut.ToString());

        await host.SettledAsync();
        Assert.Equal("theirs", File.ReadAllText(Path.Join(host.Root, "other", "f")));
        Assert.Equal(["f"], Directory.GetFileSystemEntries(Path.Join(host.Root, "other")).Select(Path.GetFileName));
        Assert.Equal([".sync", "other", "part"], Directory.GetFileSystemEntries(host.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_guest_that_may_only_read_writes_nothing()
    {
        await using var host = await HostUnderTest.StartAsync(before: root => File.WriteAllText(Path.Join(root, "f"), "theirs"));
        var guest = await host.JoinAsync("mallory", readOnly: true);
        await EventuallyAsync(() => guest.Told.Values.Any(e => e.Name == "f"));
        var file = guest.Told.Values.Single(e => e.Name == "f");
        foreach (var change in (Change[])
                 [
                     HostileSession.New(guest.File("new", Some), Some),
                     HostileSession.New(guest.Folder("d")),
                     HostileSession.New(guest.Link("l", "f")),
                     new Change { Entry = file with { Deleted = true }, Facets = Facets.Place, BasePlace = file.PlaceRevision, BaseContent = file.ContentRevision },
                     new Change { Entry = file with { Content = HostileSession.ContentOf(Some), Size = Some.Length }, Facets = Facets.Content, BaseContent = file.ContentRevision, Inline = Some },
                     new Change { Entry = file with { Mode = 0x1FF }, Facets = Facets.Mode, BaseMode = file.ModeRevision },
                     new Change { Entry = file with { Name = "moved" }, Facets = Facets.Place, BasePlace = file.PlaceRevision },
                 ])
            Assert.Equal((Verdict.Refused, "read-only"), (await guest.ProposeOneAsync(change)) is var answer ? (answer.Verdict, answer.Detail) : default);
        Assert.Equal(TransferStatus.Denied, (await guest.UploadAsync(Some, HostileSession.ContentOf(Some))).Status);
        await host.SettledAsync();
        Assert.Equal([".sync", "f"], Directory.GetFileSystemEntries(host.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal("theirs", File.ReadAllText(Path.Join(host.Root, "f")));
        Assert.Empty(Directory.GetFiles(Path.Join(host.Root, ".sync", "staging")));
    }

    [Theory]
    [InlineData(SyncDirection.ReceiveOnly)]
    [InlineData(SyncDirection.Mirror)]
    public async Task A_direction_binds_a_guest_that_does_not_keep_to_it(SyncDirection direction)
    {
        await using var host = await HostUnderTest.StartAsync(new SharePolicy { GuestDirection = direction });
        var guest = await host.JoinAsync("mallory");
        Assert.Equal(Verdict.Refused, (await guest.ProposeOneAsync(HostileSession.New(guest.File("f", Some), Some))).Verdict);
        await host.SettledAsync();
        Assert.False(File.Exists(Path.Join(host.Root, "f")));
    }

    [Fact]
    public async Task A_guest_that_is_revoked_is_told_nothing_more_and_changes_nothing_more()
    {
        await using var host = await HostUnderTest.StartAsync();
        var guest = await host.JoinAsync("mallory");
        await guest.ProposeOneAsync(HostileSession.New(guest.File("before", Some), Some));
        await host.Share.RevokeAsync("fingerprint of mallory", TestContext.Current.CancellationToken);
        var reason = await Assert.ThrowsAsync<LinkException>(() => guest.Ended.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(LinkFailure.NotAllowed, reason.Failure);
        // Its stream may still say something: nobody decides on it.
        await guest.Session.ReceiveAsync(new GuestMessage.Propose(new Proposal(99, [HostileSession.New(guest.File("after", Some), Some)])), TestContext.Current.CancellationToken);
        var other = await host.JoinAsync("alice");
        await other.ProposeOneAsync(HostileSession.New(other.Folder("last")));
        await host.SettledAsync();
        Assert.Equal([".sync", "before", "last"], Directory.GetFileSystemEntries(host.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Nobody_puts_bytes_of_their_choice_under_the_id_of_others()
    {
        var wanted = Encoding.UTF8.GetBytes("what alice wants");
        var evil = Encoding.UTF8.GetBytes("what mallory has");
        var id = HostileSession.ContentOf(wanted);
        await using var host = await HostUnderTest.StartAsync();
        var mallory = await host.JoinAsync("mallory");
        var alice = await host.JoinAsync("alice");
        Assert.Equal(TransferStatus.Corrupt, (await mallory.UploadAsync(evil, id)).Status);
        var lie = mallory.File("f", wanted);
        var refused = await Assert.ThrowsAsync<LinkException>(() => mallory.ProposeAsync(HostileSession.New(lie, evil)));
        Assert.Equal(LinkFailure.Protocol, refused.Failure);
        // Without bytes the host takes it for nothing: it has none of that id.
        Assert.Equal(Verdict.NeedContent, (await mallory.ProposeOneAsync(HostileSession.New(mallory.File("f", wanted)))).Verdict);
        Assert.Equal(Verdict.NeedContent, (await mallory.ProposeOneAsync(HostileSession.New(mallory.File("g", wanted)) with { Facets = Facets.Place })).Verdict);
        var made = await alice.ProposeOneAsync(HostileSession.New(alice.File("f", wanted), wanted));
        Assert.Equal(Verdict.Accepted, made.Verdict);
        Assert.Equal(wanted, Assert.IsType<ContentFrame.Whole>(await mallory.DownloadAsync(made.Id, id)).Bytes.ToArray());
        await host.SettledAsync();
        Assert.Equal("what alice wants", File.ReadAllText(Path.Join(host.Root, "f")));
        Assert.False(File.Exists(Path.Join(host.Root, "g")));
    }

    [Fact]
    public async Task Contents_that_are_none_of_their_kind_end_the_session()
    {
        await using var host = await HostUnderTest.StartAsync();
        var guest = await host.JoinAsync("mallory");
        var long65 = new byte[Chunker.SingleChunkLength + 1];
        Assert.Equal(TransferStatus.Complete, (await guest.UploadAsync(Some, HostileSession.ContentOf(Some))).Status);
        foreach (var change in (Change[])
                 [
                     HostileSession.New(guest.Link("l", "x") with { LinkTarget = null }),
                     HostileSession.New(guest.Link("l", "x") with { LinkTarget = "y" }),
                     HostileSession.New(guest.Link("l", "x") with { Content = default }),
                     HostileSession.New(guest.Folder("d") with { Content = HostileSession.ContentOf(Some) }),
                     HostileSession.New(guest.Folder("d") with { LinkTarget = "x" }),
                     HostileSession.New(guest.File("f", Some) with { LinkTarget = "x" }, Some),
                     HostileSession.New(guest.File("f", Some) with { Size = 3 }, Some),
                     HostileSession.New(guest.File("f", long65), long65),
                     // Uploaded, and told to be of another length than it is.
                     HostileSession.New(guest.File("f", Some) with { Size = 3 }),
                     HostileSession.New(guest.File("f", Some) with { Size = long.MaxValue }),
                 ])
        {
            var failure = await Assert.ThrowsAsync<LinkException>(() => guest.ProposeAsync(change));
            Assert.Equal(LinkFailure.Protocol, failure.Failure);
        }

        Assert.Equal(Verdict.NeedContent, (await guest.ProposeOneAsync(HostileSession.New(guest.File("f", Some) with { Content = default, Size = 7 }))).Verdict);
        Assert.Equal(Verdict.Accepted, (await guest.ProposeOneAsync(HostileSession.New(guest.File("f", Some)))).Verdict);
        await host.SettledAsync();
        Assert.Equal([".sync", "f"], Directory.GetFileSystemEntries(host.Root).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Directories_are_not_nested_without_end()
    {
        await using var host = await HostUnderTest.StartAsync();
        await host.Share.PauseAsync(TestContext.Current.CancellationToken);
        var guest = await host.JoinAsync("mallory");
        // Two chains, each as deep as a path may be; then one is moved to the end of the other.
        var (first, _) = await ChainAsync(guest, "a", 2000);
        var (_, end) = await ChainAsync(guest, "b", 2000);
        var top = guest.Told[first];
        var moved = await guest.ProposeOneAsync(new Change { Entry = top with { Parent = end }, Facets = Facets.Place, BasePlace = top.PlaceRevision });
        Assert.Equal(Verdict.Lost, moved.Verdict);

        // Nor by way of what was deleted: a chain that comes to life again below another.
        var deleted = new List<Change>();
        for (var entry = guest.Told.Values.Single(e => e.Kind == EntryKind.Directory && e.Name == "a1999"); entry.Id != first; entry = guest.Told[entry.Parent])
            deleted.Add(new Change { Entry = entry with { Deleted = true }, Facets = Facets.Place, BasePlace = entry.PlaceRevision, BaseContent = entry.ContentRevision });
        foreach (var some in deleted.Chunk(1000)) Assert.All(await guest.ProposeAsync(some), o => Assert.Equal(Verdict.Accepted, o.Verdict));
        moved = await guest.ProposeOneAsync(new Change { Entry = top with { Parent = end }, Facets = Facets.Place, BasePlace = top.PlaceRevision });
        var revived = await guest.ProposeOneAsync(HostileSession.New(guest.Folder("more", deleted[0].Entry.Id)));
        Assert.NotEqual(Verdict.Accepted, revived.Verdict);
        Assert.DoesNotContain(guest.Told.Values, e => !e.Deleted && DepthOf(guest, e) > 4096);
    }

    [Fact]
    public async Task What_makes_rings_is_refused()
    {
        await using var host = await HostUnderTest.StartAsync();
        var guest = await host.JoinAsync("mallory");
        var a = guest.Told[(await guest.ProposeOneAsync(HostileSession.New(guest.Folder("a")))).Id];
        var b = guest.Told[(await guest.ProposeOneAsync(HostileSession.New(guest.Folder("b", a.Id)))).Id];
        foreach (var (what, into) in (List<(Entry, EntryId)>)[(a, b.Id), (a, a.Id), (b, b.Id)])
        {
            var answer = await guest.ProposeOneAsync(new Change { Entry = what with { Parent = into, Name = "x" }, Facets = Facets.Place, BasePlace = what.PlaceRevision });
            Assert.True(answer.Verdict is Verdict.Lost or Verdict.Refused, answer.ToString());
        }
    }

    private static int DepthOf(HostileSession guest, Entry entry)
    {
        var depth = 0;
        while (guest.Told.TryGetValue(entry.Parent, out var parent) && depth < 100_000) (entry, depth) = (parent, depth + 1);
        return depth;
    }

    /// <summary>Directories in directories; the first's id and the last's.</summary>
    private static async Task<(EntryId First, EntryId Last)> ChainAsync(HostileSession guest, string name, int length)
    {
        var changes = new List<Change>();
        EntryId? parent = null;
        for (var i = 0; i < length; i++)
        {
            // Short names below, so that the path is deep before it is long.
            var entry = guest.Folder(i == 0 ? name : i == length - 1 ? name + "1999" : name, parent);
            parent = entry.Id;
            changes.Add(HostileSession.New(entry));
        }

        var outcomes = new List<Outcome>();
        foreach (var some in changes.Chunk(1000)) outcomes.AddRange(await guest.ProposeAsync(some));
        Assert.All(outcomes, o => Assert.Equal(Verdict.Accepted, o.Verdict));
        return (outcomes[0].Id, outcomes[^1].Id);
    }

    private static async Task EventuallyAsync(Func<bool> condition)
    {
        for (var waited = 0; !condition(); waited++)
        {
            Assert.True(waited < 3000, "it did not come to be within 30 s");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }
}
