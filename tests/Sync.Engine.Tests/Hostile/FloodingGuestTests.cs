using System.Diagnostics;
using System.Globalization;
using Sync.Delta;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Xunit;

namespace Sync.Engine.Tests.Hostile;

/// <summary>A guest that sends as much as it can: what it may have is bounded, and the others go on.</summary>
public sealed class FloodingGuestTests
{
    [Fact]
    public async Task A_guest_that_floods_does_not_hold_up_the_others()
    {
        await using var host = await HostUnderTest.StartAsync();
        // What is measured is the way through the journal; placing all of it is the disk's work.
        await host.Share.PauseAsync(TestContext.Current.CancellationToken);
        var alice = await host.JoinAsync("alice");
        var mallory = await host.JoinAsync("mallory");
        var idle = await MedianAsync(alice, "idle", 40);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        stop.CancelAfter(TimeSpan.FromSeconds(20));
        long sent = 0;
        var flooding = Task.Run(async () =>
        {
            // As large as a proposal may be, one after the other without waiting for an answer. Entries of one name: the journal decides, and keeps no more.
            for (var round = 0; round < 2000 && !stop.IsCancellationRequested; round++)
            {
                var changes = Enumerable.Range(0, 4096).Select(i => HostileSession.New(mallory.Folder("m" + (i % 64).ToString(CultureInfo.InvariantCulture)))).ToList();
                await mallory.Session.ReceiveAsync(new GuestMessage.Propose(new Proposal(1_000_000 + round, changes)), CancellationToken.None);
                Interlocked.Add(ref sent, changes.Count);
            }
        }, CancellationToken.None);
        await Task.Delay(300, TestContext.Current.CancellationToken);
        var under = await MedianAsync(alice, "under", 40);
        await stop.CancelAsync();
        await flooding;
        TestContext.Current.SendDiagnosticMessage("a save {0:0.0} ms idle, {1:0.0} ms beside {2} changes of another", idle.TotalMilliseconds, under.TotalMilliseconds, sent);
        Assert.True(sent > 10 * 4096, sent.ToString(CultureInfo.InvariantCulture));
        // A proposal as large as may be takes some 10 ms to decide, and one of them may stand before each of ours; not all that was sent.
        Assert.True(under < idle + TimeSpan.FromMilliseconds(250), $"{idle.TotalMilliseconds} ms became {under.TotalMilliseconds} ms");
    }

    [Fact]
    public async Task What_is_not_decided_yet_is_not_read_ahead_of()
    {
        await using var host = await HostUnderTest.StartAsync();
        var guest = await host.JoinAsync("mallory");
        var head = (await guest.ProposeOneAsync(HostileSession.New(guest.Folder("first")))).Revision;
        for (var round = 0; round < 20; round++)
        {
            var changes = Enumerable.Range(0, 4096).Select(i => HostileSession.New(guest.Folder(string.Create(CultureInfo.InvariantCulture, $"d{round}-{i % 8}")))).ToList();
            await guest.Session.ReceiveAsync(new GuestMessage.Propose(new Proposal(1_000 + round, changes)), TestContext.Current.CancellationToken);
            // Back here it is decided, as it is as large as may be waiting: nothing stands before what is asked now.
            Assert.True(await host.Share.HasDirectoryAsync($"d{round}-7", TestContext.Current.CancellationToken));
        }

        Assert.True(head > Revision.Zero);
    }

    [Fact]
    public async Task Flushes_of_one_guest_are_bounded()
    {
        await using var host = await HostUnderTest.StartAsync();
        var guest = await host.JoinAsync("mallory");
        var failure = await Assert.ThrowsAsync<LinkException>(async () =>
        {
            for (var i = 0; i < 100_000; i++) await guest.Session.ReceiveAsync(new GuestMessage.Flush(i), TestContext.Current.CancellationToken);
        });
        Assert.Equal(LinkFailure.Protocol, failure.Failure);
    }

    [Fact]
    public async Task Reports_do_not_pile_up()
    {
        await using var host = await HostUnderTest.StartAsync();
        var guest = await host.JoinAsync("mallory");
        var before = GC.GetTotalMemory(forceFullCollection: true);
        for (var i = 0; i < 200_000; i++)
            await guest.Session.ReceiveAsync(new GuestMessage.Applied(new Revision(i), i, i, [new Problem("p" + i.ToString(CultureInfo.InvariantCulture), "c", "m")]), TestContext.Current.CancellationToken);
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, 32 << 20);
        // And the replica's loop is not behind.
        var begun = Stopwatch.GetTimestamp();
        await host.Share.StatusNowAsync(TestContext.Current.CancellationToken);
        Assert.InRange(Stopwatch.GetElapsedTime(begun).TotalSeconds, 0, 20);
    }

    [Fact]
    public void Guests_fill_a_share_to_its_limit_and_no_further()
    {
        var tree = new JournalTree();
        var decider = new Decider(tree, _ => ConflictPolicy.KeepBoth) { MaxEntries = 100 };
        var guest = new Proposer("mallory", IsHost: false);
        var verdicts = Enumerable.Range(1, 200).Select(i => decider.Decide(guest, HostileSession.New(Folder(-i, "d" + i.ToString(CultureInfo.InvariantCulture))), DateTimeOffset.UnixEpoch, []).Verdict).ToList();
        // The root is one of them.
        Assert.Equal((99, 101), (verdicts.Count(v => v == Verdict.Accepted), verdicts.Count(v => v == Verdict.Refused)));
        // The host's own disk is what it is.
        Assert.Equal(Verdict.Accepted, decider.Decide(new Proposer("host", IsHost: true), HostileSession.New(Folder(-1000, "mine")), DateTimeOffset.UnixEpoch, []).Verdict);
        // What is there can still be deleted.
        var one = tree.Child(EntryId.Root, "d1")!;
        Assert.Equal(Verdict.Accepted, decider.Decide(guest, new Change { Entry = one with { Deleted = true }, Facets = Facets.Place, BasePlace = one.PlaceRevision }, DateTimeOffset.UnixEpoch, []).Verdict);
    }

    private static Entry Folder(long id, string name) => new() { Id = new EntryId(id), Parent = EntryId.Root, Name = name, Kind = EntryKind.Directory, Mode = 0x1ED };

    /// <summary>The median time from a proposal to its durable answer.</summary>
    private static async Task<TimeSpan> MedianAsync(HostileSession guest, string prefix, int rounds)
    {
        var times = new TimeSpan[rounds];
        for (var i = 0; i < rounds; i++)
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(prefix + i.ToString(CultureInfo.InvariantCulture));
            var begun = Stopwatch.GetTimestamp();
            var outcome = await guest.ProposeOneAsync(HostileSession.New(guest.File(prefix + i.ToString(CultureInfo.InvariantCulture), bytes), bytes));
            times[i] = Stopwatch.GetElapsedTime(begun);
            Assert.Equal(Verdict.Accepted, outcome.Verdict);
        }

        Array.Sort(times);
        return times[rounds / 2];
    }
}
