using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Store;
using Xunit;

namespace Sync.Engine.Tests.Journal;

public sealed class JournalKeeperTests
{
    /// <summary>A cursor that has passed an entry which only the outcome tells of would lose that entry with the link.</summary>
    [Fact]
    public async Task Outcomes_go_before_the_commit_they_waited_for()
    {
        using var journal = Open(new MemoryRecordStore());
        var session = await OpenAsync(journal);
        var told = new List<HostMessage>();
        await PullUntilAsync(journal, session, told, message => message is HostMessage.Committed);
        journal.Loop.Post(() => journal.Propose(session, new Proposal(7, [New("f")]), null, []));
        told.Clear();
        await PullUntilAsync(journal, session, told, message => message is HostMessage.Committed { Revision.Value: > 0 });
        var outcomes = told.FindIndex(message => message is HostMessage.Outcomes);
        Assert.InRange(outcomes, 0, told.FindIndex(message => message is HostMessage.Committed { Revision.Value: > 0 }) - 1);
        Assert.Equal("f", Assert.Single(((HostMessage.Outcomes)told[outcomes]).Items).Entry?.Name);
    }

    /// <summary>An id that a host gave away before it died may be known to a guest, although the host never made it durable.</summary>
    [Fact]
    public async Task An_id_is_never_given_twice_also_by_a_host_that_died()
    {
        var store = new MemoryRecordStore();
        long first, second;
        using (var journal = Open(store))
        {
            await CreateAsync(journal, "durable");
            // The next commit never gets there.
            store.BeforeCommit = () => throw new IOException("The disk is gone.");
            first = await GiveIdAsync(journal, "lost");
        }

        store.BeforeCommit = null;
        using (var journal = Open(new MemoryRecordStore(store.Durable))) second = await GiveIdAsync(journal, "new");
        Assert.True(second > first, $"{second} was given after {first}");
    }

    [Fact]
    public async Task A_guest_that_was_away_for_longer_than_deletions_are_remembered_is_told_all()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var store = new MemoryRecordStore();
        using var journal = Open(store, time);
        var kept = await CreateAsync(journal, "kept");
        var gone = await CreateAsync(journal, "gone");
        var away = await journal.CommittedAsync(TestContext.Current.CancellationToken);
        await ProposeAsync(journal, new Change { Entry = Entry("gone") with { Id = gone, Deleted = true }, Facets = Facets.Place, BasePlace = away, BaseContent = away });
        for (var day = 0; day < 70; day += 10)
        {
            Assert.Equal(day <= Horizon.Days + 10, await journal.Loop.CallAsync(() => journal.Tree.Find(gone) is not null, TestContext.Current.CancellationToken));
            time.Advance(TimeSpan.FromDays(10));
            await CreateAsync(journal, $"day {day}");
        }

        var (session, known, tellsAll) = await journal.Loop.CallAsync(() => journal.Open(new Proposer("vm", IsHost: false), EntryId.Root, journal.Epoch, away), TestContext.Current.CancellationToken);
        Assert.True(tellsAll);
        Assert.NotNull(known);
        var told = new List<HostMessage>();
        await PullUntilAsync(journal, session, told, message => message is HostMessage.Committed);
        var entries = told.OfType<HostMessage.Entries>().SelectMany(message => message.Items).ToList();
        Assert.Contains(entries, entry => entry.Id == kept);
        // From recent batches it may be told of the deletion after all; in no case that it lives.
        Assert.NotEqual(false, entries.LastOrDefault(entry => entry.Id == gone)?.Deleted);
    }

    private static JournalKeeper Open(MemoryRecordStore store, TimeProvider? time = null)
    {
        var journal = new JournalKeeper("s", store, _ => ConflictPolicy.KeepBoth, time ?? TimeProvider.System, (_, _) => FsError.None, _ => { }, _ => { });
        journal.Loop.Start();
        return journal;
    }

    private static async Task<JournalSession> OpenAsync(JournalKeeper journal) =>
        (await journal.Loop.CallAsync(() => journal.Open(new Proposer("vm", IsHost: false), EntryId.Root, 0, default), TestContext.Current.CancellationToken)).Session;

    private static async Task PullUntilAsync(JournalKeeper journal, JournalSession session, List<HostMessage> told, Func<HostMessage, bool> isLast)
    {
        while (!told.Any(isLast)) told.AddRange(await journal.PullAsync(session).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    private static async Task<EntryId> CreateAsync(JournalKeeper journal, string name)
    {
        await ProposeAsync(journal, New(name));
        return await FindAsync(journal, name);
    }

    private static async Task ProposeAsync(JournalKeeper journal, Change change)
    {
        var session = await OpenAsync(journal);
        journal.Loop.Post(() => journal.Propose(session, new Proposal(1, [change]), null, []));
        await journal.CommittedAsync(TestContext.Current.CancellationToken);
        journal.Loop.Post(() => journal.Close(session));
    }

    private static async Task<long> GiveIdAsync(JournalKeeper journal, string name)
    {
        var session = await OpenAsync(journal);
        journal.Loop.Post(() => journal.Propose(session, new Proposal(1, [New(name)]), null, []));
        return (await FindAsync(journal, name)).Value;
    }

    private static async Task<EntryId> FindAsync(JournalKeeper journal, string name) =>
        await journal.Loop.CallAsync(() => journal.Tree.Child(EntryId.Root, name)!.Id, TestContext.Current.CancellationToken);

    private static Change New(string name) => new() { Entry = Entry(name), Facets = Facets.All };

    private static Entry Entry(string name) => new()
    {
        Id = new EntryId(-1), Parent = EntryId.Root, Name = name, Kind = EntryKind.File, Content = Manifest.OfSmall(System.Text.Encoding.UTF8.GetBytes(name)).Id,
    };
}
