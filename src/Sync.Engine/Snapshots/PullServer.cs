using Sync.Delta;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Replicas;

namespace Sync.Engine.Snapshots;

/// <summary>Opens pulls of one share. Those of one state share its manifest. Safe from any thread.</summary>
internal sealed class PullServer(string share, JournalKeeper journal, Replica replica, ISnapshots snapshots, TimeProvider time, Func<bool> isLooking) : IAsyncDisposable
{
    /// <summary>A share that is busy for longer is not waited for: what is committed by then is pulled.</summary>
    private static readonly TimeSpan LookPatience = TimeSpan.FromSeconds(2);

    /// <summary>The last manifest is kept this long after the last pull: many agents do not start in the same moment.</summary>
    private static readonly TimeSpan KeptFor = TimeSpan.FromSeconds(30);

    /// <summary>The manifest of so many is some megabytes, and of as many pieces: they are given back at once.</summary>
    private const int ManyEntries = 10_000;

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _building = new(1);
    private readonly List<PullSource> _open = [];
    private (EntryId Root, TreeManifest Manifest)? _last;
    private ITimer? _forget;

    /// <summary>Opens a pull.</summary>
    /// <exception cref="LinkException">There is no such part or state, or the guest has too many.</exception>
    public async ValueTask<IPullSource> OpenAsync(GuestGrant grant, PullRequest request, CancellationToken cancel)
    {
        lock (_gate)
        {
            if (_open.Count(p => p.Guest == grant.Fingerprint) >= PullLimits.MaxPulls)
                throw new LinkException(LinkFailure.Unavailable, $"Guest '{grant.Name}' has {PullLimits.MaxPulls} pulls under way. Wait for one of them to end.");
        }

        var manifest = await FindAsync(request, cancel).ConfigureAwait(false);
        var source = new PullSource(this, grant.Fingerprint, manifest, request, new PullReader(replica.Context.Files, replica, manifest, ChunksOf), replica.Context.CountSent);
        lock (_gate) _open.Add(source);
        return source;
    }

    /// <summary>A content's chunk list, as it was kept: whether it is it is for the guest to see.</summary>
    private byte[] ChunksOf(ContentId content) => replica.Context.Manifests.TryRead(content, out var list) ? list : [];

    /// <summary>Ends a guest's pulls: its right is gone.</summary>
    public void Revoke(string guest)
    {
        PullSource[] ended;
        lock (_gate) ended = [.. _open.Where(p => p.Guest == guest)];
        foreach (var source in ended) source.End();
    }

    internal void Forget(PullSource source)
    {
        lock (_gate)
        {
            _open.Remove(source);
            if (_open.Count > 0) return;
            _forget ??= time.CreateTimer(_ => ForgetLast(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _forget.Change(KeptFor, Timeout.InfiniteTimeSpan);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        PullSource[] ended;
        lock (_gate) ended = [.. _open];
        foreach (var source in ended) source.End();
        if (_forget is not null) await _forget.DisposeAsync().ConfigureAwait(false);
    }

    private void ForgetLast()
    {
        lock (_gate)
        {
            if (_open.Count > 0) return;
            PieceBuffers.Trim();
            if (_last is { Manifest.Snapshot.Entries.Count: > ManyEntries }) replica.GiveBackMemory();
            _last = null;
        }
    }

    private async Task<TreeManifest> FindAsync(PullRequest request, CancellationToken cancel)
    {
        var kept = request.At.Length > 0 ? await snapshots.FindAsync(request.At, cancel).ConfigureAwait(false) : null;
        if (kept is not null) return TreeManifest.Build(kept, PartOf(kept, request.SubPath) ?? throw NoPart(request));
        await LookAsync(cancel).ConfigureAwait(false);
        await _building.WaitAsync(cancel).ConfigureAwait(false);
        try
        {
            return await FindPresentAsync(request, cancel).ConfigureAwait(false);
        }
        finally
        {
            _building.Release();
        }
    }

    private async Task<TreeManifest> FindPresentAsync(PullRequest request, CancellationToken cancel)
    {
        // The array alone is made on the journal's loop; sorting and packing are not.
        var (root, last, snapshot) = await journal.Loop.CallAsync(() =>
        {
            var head = journal.Head;
            if (request.At.Length > 0 && request.At != Number(head) && request.At != head.ToString())
                throw new LinkException(LinkFailure.NoSuchShare, $"Share '{share}' has no tag '{request.At}', and no revision of that number is held whole (the present one is {head}). See 'sync-host tag'.");
            if (journal.Tree.FindPath(request.SubPath) is not { Kind: EntryKind.Directory } part) throw NoPart(request);
            TreeManifest? known;
            lock (_gate) known = _last is { } l && l.Root == part.Id && l.Manifest.Snapshot.Revision == head ? l.Manifest : null;
            return (part.Id, known, known is null ? new Snapshot(head, [.. journal.Tree.All.Where(static e => !e.Deleted && e.Id != EntryId.Root)]) : null);
        }, cancel).ConfigureAwait(false);

        // What was decided by then may not be durable yet: nobody is given what could still be lost.
        await journal.CommittedAsync(cancel).ConfigureAwait(false);
        if (snapshot is null) return last!;
        var manifest = TreeManifest.Build(snapshot, root);
        lock (_gate) _last = (root, manifest);
        return manifest;
    }

    /// <summary>What is on the host's disk now is in what is pulled, as far as that is soon known.</summary>
    private async Task LookAsync(CancellationToken cancel)
    {
        // Before the first look has ended the journal has a part of the tree only.
        var patience = isLooking() ? Timeout.InfiniteTimeSpan : LookPatience;
        try
        {
            await replica.LookAsync(() => journal.CommittedAsync(cancel)).WaitAsync(patience, time, cancel).ConfigureAwait(false);
        }
        catch (Exception e) when (e is TimeoutException or FlushObstacleException)
        {
            // Paused, halted or busy: what is committed stands.
        }
    }

    private static EntryId? PartOf(Snapshot snapshot, string path)
    {
        var at = EntryId.Root;
        foreach (var name in path.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (snapshot.Entries.FirstOrDefault(e => !e.Deleted && e.Parent == at && e.Name == name) is not { Kind: EntryKind.Directory } next) return null;
            at = next.Id;
        }

        return at;
    }

    private LinkException NoPart(PullRequest request) =>
        new(LinkFailure.NoSuchShare, $"There is no directory '{request.SubPath}' in share '{share}'{(request.At.Length > 0 ? $" at {request.At}" : "")}. Name one that there is with --path.");

    private static string Number(Revision revision) => revision.Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
