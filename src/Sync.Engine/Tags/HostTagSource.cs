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
        // Nothing moves, also on a share that moves for jobs alone: what the journal has is what there is to tag.
        if (status.State == ReplicaState.Paused) return;
        try
        {
            await replica.SettleAsync(() => journal.CommittedAsync(cancel), cancel).ConfigureAwait(false);
        }
        catch (FlushObstacleException e) when (e.Outcome == FlushOutcome.Halted)
        {
            throw new TagException(TagFailure.Halted, $"no tag was made: the share is halted: {e.Message}");
        }
        catch (FlushObstacleException)
        {
            // Paused meanwhile.
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
