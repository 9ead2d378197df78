using Sync.Delta;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Replicas;
using Sync.Engine.Transfer;

namespace Sync.Engine.Tags;

/// <summary>A host's share as tags see it: the journal tells what it is, the host's own replica where its contents are.</summary>
internal sealed class HostTagSource(JournalKeeper journal, Replica replica, SmallContents small) : ITagSource
{
    public async Task SettleAsync(CancellationToken cancel)
    {
        // Where nothing is owed it would not be noticed, and the disk may not be what the journal says.
        var status = await replica.StatusNowAsync(cancel).ConfigureAwait(false);
        if (status.State == ReplicaState.Halted) throw new TagException(TagFailure.Halted, $"no tag was made: the share is halted: {status.Reason}");
        if (status.State == ReplicaState.Paused) throw new TagException(TagFailure.Paused, "no tag was made: the share is paused; 'resume' it first");
        try
        {
            await replica.SettleAsync(() => journal.CommittedAsync(cancel), cancel).ConfigureAwait(false);
        }
        catch (FlushObstacleException e)
        {
            throw new TagException(e.Outcome == FlushOutcome.Halted ? TagFailure.Halted : TagFailure.Paused, $"no tag was made: the share is {(e.Outcome == FlushOutcome.Halted ? "halted" : "not syncing")}: {e.Message}");
        }
    }

    public async Task<TagSnapshot> CaptureAsync(CancellationToken cancel)
    {
        var (head, entries) = await journal.Loop.CallAsync(() =>
        {
            var live = new List<Entry>(journal.Tree.Count);
            foreach (var entry in journal.Tree.All)
                if (!entry.Deleted && entry.Id != EntryId.Root) live.Add(entry);
            return (journal.Head, live);
        }, cancel).ConfigureAwait(false);
        // What was decided by then may be tentative; when this returns it is not.
        await journal.CommittedAsync(cancel).ConfigureAwait(false);
        return new TagSnapshot(head, journal.Epoch, entries);
    }

    public ValueTask<ContentPlace?[]> LocateAsync(IReadOnlyList<ContentRequest> contents, CancellationToken cancel) => replica.LocateAllAsync(contents, cancel);

    public byte[]? Recent(ContentId content) => small.Find(content);
}
