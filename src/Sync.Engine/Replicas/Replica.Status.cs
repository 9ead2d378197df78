using Sync.Engine.Control;
using Sync.Engine.Link;
using Sync.Engine.Machines;
using Sync.Engine.Model;
using Sync.Engine.Planning;
using Sync.Engine.Trees;

namespace Sync.Engine.Replicas;

/// <content>What it says of itself, and what memory it gives back when work is over.</content>
internal sealed partial class Replica
{
    private const int ListedProblems = 1000;

    public async Task StatusChangedAsync(ReplicaStatus since, CancellationToken cancel)
    {
        var changed = Volatile.Read(ref _statusChanged);
        if (!ReferenceEquals(Status, since)) return;
        await changed.Task.WaitAsync(cancel).ConfigureAwait(false);
    }

    public Task<ReplicaStatus> StatusNowAsync(CancellationToken cancel) => Loop.CallAsync(
        () =>
        {
            PublishStatus();
            return Status;
        },
        cancel);

    private void ScheduleStatus()
    {
        if (_statusScheduled) return;
        _statusScheduled = true;
        _context.After(StatusPace, () =>
        {
            _statusScheduled = false;
            PublishStatus();
        });
    }

    /// <summary>Makes a new snapshot now, or in a moment if one was just made: a save brings a word from each of a thousand guests
    /// (a snapshot for each, of all of them, took the save 41 s; now it is with the last of them after 0.25 s). On the loop.</summary>
    public void PublishStatusSoon()
    {
        if (_context.Time.GetElapsedTime(_publishedAt) >= StatusPace) PublishStatus();
        else ScheduleStatus();
    }

    /// <summary>Makes a new snapshot; on the loop. Also called for what only the host knows.</summary>
    public void PublishStatus()
    {
        _publishedAt = _context.Time.GetTimestamp();
        _heldDirectories.Review();
        var (pendingIn, pendingOut, pendingBytes) = CountPending();
        // A share whose root is not there looks at nothing, perhaps for days.
        var isFirstLook = !_observer.HasScanned && !_observer.IsIdle;
        _bulkWork.Is(isFirstLook || pendingIn + pendingOut > ManyBehind);
        foreach (var node in Reconciler.Held)
            if (_flusher.Behind.Contains(node) && !node.Has(NodeFlags.Refused))
                _context.Problems.Set(Trees.DisplayPath(node), ProblemCodes.LocalEdit, "Changed here, where changes are not sent: kept, until 'revert' puts it back.");
        foreach (var problem in _context.Problems.All.Where(p => p.Code == ProblemCodes.LocalEdit).ToArray())
            if (!Reconciler.Held.Any(n => Trees.DisplayPath(n) == problem.Path && _flusher.Behind.Contains(n))) _context.Problems.Clear(problem.Path, ProblemCodes.LocalEdit);
        _context.Problems.Changed = false;
        var state = State(pendingIn + pendingOut);
        var status = new ReplicaStatus
        {
            State = state,
            RootLost = _rootLost,
            HasDefect = _hasDefect,
            Reason = state switch
            {
                ReplicaState.Halted => _halt,
                ReplicaState.Disconnected or ReplicaState.Refused => _unlinked,
                ReplicaState.Paused => _hostPaused && !_paused ? "paused on the host" : "paused; 'resume' goes on",
                _ => null,
            },
            Files = Trees.LocalFiles,
            Directories = Trees.LocalDirectories,
            Symlinks = Trees.LocalSymlinks,
            Bytes = Trees.LocalBytes,
            PendingIn = pendingIn,
            PendingOut = pendingOut,
            PendingInBytes = Math.Max(0, pendingBytes - _fetcher.Arrived),
            BytesSent = Interlocked.Read(ref _context.BytesSent),
            BytesReceived = Interlocked.Read(ref _context.BytesReceived),
            FilesHashed = _observer.FilesHashed,
            Cursor = Reconciler.Planner.Committed,
            Epoch = _epoch,
            Direction = Reconciler.Planner.Direction,
            Watching = _watcher.IsPolling ? "polling" : OperatingSystem.IsLinux() ? "inotify" : "events",
            Placing = _context.Files.Traits.CanExchange ? "exchange" : "replace",
            RoundTrip = _isHost ? null : _link?.RoundTrip,
            Conflicts = CountConflicts(),
            Problems = _context.Problems.Take(ListedProblems),
            ProblemCount = _context.Problems.Count,
        };
        if (Decorate is { } decorate) status = decorate(status);
        Volatile.Write(ref _status, status);
        TellStatus();
        if (state == ReplicaState.InSync)
        {
            _unclean = _mayBeTorn = false;
            _isJoining = _outbox.AsksFirst = false;
            _applier.SetTimes();
            TrimMemoryLater();
        }

        Report(status);
    }

    private void TellStatus() => Interlocked.Exchange(ref _statusChanged, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();

    /// <summary>Tells the host how far this guest is: four times a second at most, and the last word always. Without it a guest that had just told
    /// of a file under way stayed "1 file behind" on the host until something else happened.</summary>
    private void Report(ReplicaStatus status)
    {
        if (_isHost || _outbox.Send is not { } send) return;
        var word = (send, status.Cursor, status.PendingIn, status.PendingInBytes, status.ProblemCount);
        if (_reported == word && status.ProblemCount == 0) return;
        if (_reportedAt is { } at && _options.Time.GetElapsedTime(at) < ReportPace)
        {
            if (_reportScheduled) return;
            _reportScheduled = true;
            _context.After(ReportPace, () =>
            {
                _reportScheduled = false;
                PublishStatus();
            });
            return;
        }

        _reportedAt = _options.Time.GetTimestamp();
        _reported = word;
        send(new GuestMessage.Applied(status.Cursor, status.PendingIn, status.PendingInBytes, status.Problems.Count > 100 ? status.Problems.Take(100).ToArray() : status.Problems)
        {
            Landed = _context.Landings?.Take() ?? [],
        });
    }

    /// <summary>Counts what waits. Of many it is exact only now and then, so that a twentieth of the time goes there at most (a million files that are on
    /// their way took a second to count, ten times a second); in between, what has been done since is taken off.</summary>
    private (long In, long Out, long Bytes) CountPending()
    {
        var behind = _flusher.Behind.Count;
        if (behind > ManyBehind && _counted.Pending is not (0, 0, _) && _options.Time.GetElapsedTime(_countedAt) < 20 * _countCost)
        {
            var done = Math.Max(0, _counted.Behind - behind);
            var (pendingIn, pendingOut, bytes) = _counted.Pending;
            return pendingIn >= pendingOut
                ? (Math.Max(1, pendingIn - done), pendingOut, pendingIn == 0 ? 0 : (long)(bytes * ((double)Math.Max(1, pendingIn - done) / pendingIn)))
                : (pendingIn, Math.Max(1, pendingOut - done), bytes);
        }

        var begun = _options.Time.GetTimestamp();
        var counted = (In: 0L, Out: 0L, Bytes: 0L);
        foreach (var node in _flusher.Behind)
        {
            if (!IsPending(node)) continue;
            if (IsMine(node) || node.Has(NodeFlags.Proposing)) counted.Out++;
            else
            {
                counted.In++;
                if (node.Remote is { Deleted: false } remote && remote.Content != node.Local?.Content) counted.Bytes += remote.Size;
            }
        }

        _countedAt = _options.Time.GetTimestamp();
        _countCost = _options.Time.GetElapsedTime(begun, _countedAt);
        _counted = (counted, behind);
        return counted;
    }

    private static readonly TimeSpan ReportPace = TimeSpan.FromMilliseconds(250);

    private const int ManyBehind = 4096;
    private readonly BulkWork _bulkWork = new();
    private long _countedAt;
    private TimeSpan _countCost;
    private ((long In, long Out, long Bytes) Pending, int Behind) _counted;

    /// <summary>After much work in a row the heap is mostly garbage that nothing would ask back for long: an agent that is on for years gives
    /// it to the machine, also after the start. (The kernel tree's first sync: 640 MB resident before, a fraction after.) Not at once: whoever waits for a
    /// flush would wait for that, too.</summary>
    private void TrimMemoryLater()
    {
        // Loading a large index was work, too.
        _trimmedAt ??= -Trees.Count;
        if (_isTrimDue || WorkDone() - _trimmedAt < MuchWork) return;
        _isTrimDue = true;
        _context.After(TrimAfter, () =>
        {
            _isTrimDue = false;
            if (_status.State != ReplicaState.InSync) return;
            _trimmedAt = WorkDone();
            Trim();
            // Code that the end of the work needed, and libraries that were loaded for it.
            _context.After(TrimAfter * 4, () => _indexWorker.Run(ResidentPages.GiveBack));
        });
    }

    private long WorkDone() => _applier.Placed + _observer.FilesHashed + ((Interlocked.Read(ref _context.BytesReceived) + Interlocked.Read(ref _context.BytesSent)) / BytesPerWork);

    /// <summary>Something large has just been let go.</summary>
    public void GiveBackMemory() => Loop.Post(Trim);

    private void Trim()
    {
        _context.Small.Trim();
        _context.Manifests.Trim();
        _context.Arrivals.Trim();
        _context.Apply.Trim();
        _context.Io.Trim();
        _context.Bulk.Trim();
        _applier.Trim();
        _observer.Trim();
        _fetcher.Trim();
        _outbox.Trim();
        _flusher.Trim();
        _context.Growing?.Trim();
        Reconciler.Trim(isProposing: !_outbox.IsIdle);
        _index.Trim();
        _recent.Trim();
        FrameBuffers.Trim();
        Loop.Trim();
        if (TrimSurroundings is { } trim) trim(Collect);
        else Collect();
    }

    private void Collect() => _indexWorker.Run(static () =>
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        ResidentPages.GiveBack();
    });

    /// <summary>Gives memory back in what this replica belongs to, and calls back.</summary>
    public Action<Action>? TrimSurroundings { get; set; }

    /// <summary>Content that takes as much work as a small file.</summary>
    private const long BytesPerWork = 64 << 10;

    private const long MuchWork = 5000;
    private static readonly TimeSpan TrimAfter = TimeSpan.FromSeconds(2);
    private long? _trimmedAt;
    private bool _isTrimDue;

    private ReplicaState State(long pending)
    {
        if (_halt is not null) return ReplicaState.Halted;
        if (_refused is not null) return ReplicaState.Refused;
        if (_paused || _hostPaused) return ReplicaState.Paused;
        if (_link is null) return ReplicaState.Disconnected;
        if (!_observer.HasScanned) return ReplicaState.Scanning;
        return pending > 0 || _catchingUp || _hostLooks || !_observer.IsIdle ? ReplicaState.Syncing : ReplicaState.InSync;
    }

    private int CountConflicts()
    {
        // Conflict copies are known by their names; the count follows the local tree.
        if (_conflictsAt == _treeChanges) return _conflicts;
        _conflictsAt = _treeChanges;
        return _conflicts = _conflictNodes.Count(n => n.Current.IsLocal);
    }

    private readonly HashSet<Node> _conflictNodes = [];
    private long _treeChanges;
    private long _conflictsAt = -1;
    private int _conflicts;
}
