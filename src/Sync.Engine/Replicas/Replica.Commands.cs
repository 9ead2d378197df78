using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Journal;
using Sync.Engine.LineEnds;
using Sync.Engine.Link;
using Sync.Engine.Machines;
using Sync.Engine.Model;
using Sync.Engine.Placing;
using Sync.Engine.Planning;
using Sync.Engine.Scanning;
using Sync.Engine.Trees;
using Sync.Engine.Versions;

namespace Sync.Engine.Replicas;

/// <content>What commands ask for.</content>
internal sealed partial class Replica
{
    private const int ListedProblems = 1000;

    private long _nextFlush;

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

    /// <inheritdoc/>
    public Task<FlushResult> FlushAsync(TimeSpan timeout, CancellationToken cancel) => FlushAsync(timeout, FlushScope.All, cancel);

    public async Task<FlushResult> FlushAsync(TimeSpan timeout, FlushScope scope, CancellationToken cancel)
    {
        var started = _options.Time.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel, _stopping.Token);
        limit.CancelAfter(timeout);
        try
        {
            await Poll(() => Obstacle() is not null || (_link is not null && _observer.HasScanned), limit.Token, wantLink: true).ConfigureAwait(false);
            if (await Loop.CallAsync(Obstacle, limit.Token).ConfigureAwait(false) is { } obstacle) return End(obstacle.Outcome, obstacle.Reason, []);

            Loop.Post(_stuck.TryAgain);
            IReadOnlyList<Problem> theirs = [];
            await UntilRulesRestAsync(async () =>
            {
                await Unless(OnLoop(done => _flusher.DrainLocal(scope, done)), limit.Token).ConfigureAwait(false);
                var upTo = Revision.Zero;
                if (!_isHost)
                {
                    var reached = await Loop.CallAsync(AskHost, limit.Token).ConfigureAwait(false);
                    var answer = await reached.WaitAsync(limit.Token).ConfigureAwait(false);
                    upTo = answer.Revision;
                    theirs = answer.Problems;
                }
                else upTo = await Loop.CallAsync(() => Reconciler.Planner.Committed, limit.Token).ConfigureAwait(false);

                await Unless(OnLoop(done => _flusher.DrainRemote(upTo, scope, done)), limit.Token).ConfigureAwait(false);
            }, limit.Token).ConfigureAwait(false);
            if (scope.Durable && !await IsDurable().WaitAsync(limit.Token).ConfigureAwait(false)) return End(FlushOutcome.Problems, "the disk could not be synced", []);
            var problems = await Loop.CallAsync(() => Blocking(), limit.Token).ConfigureAwait(false);
            // What cannot be read here cannot be read there either: modes travel. A path counts once.
            var all = problems.Concat(theirs).Where(p => scope.Holds(p.Path)).DistinctBy(p => (p.Path, p.Code)).ToArray();
            return End(all.Length == 0 ? FlushOutcome.Complete : FlushOutcome.Problems, all.Length == 0 ? null : $"{all.Length} paths are not in sync", all);
        }
        catch (FlushObstacleException e)
        {
            return End(e.Outcome, e.Message, []);
        }
        catch (LinkException e)
        {
            return End(FlushOutcome.Disconnected, e.Message, []);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested && !_stopping.IsCancellationRequested)
        {
            var (obstacle, pending) = await Loop.CallAsync(() => (Obstacle(), PendingPaths()), CancellationToken.None).ConfigureAwait(false);
            if (_link is null && obstacle is null) return End(_refused is null ? FlushOutcome.Disconnected : FlushOutcome.Refused, _unlinked, []);
            return obstacle is { } o ? End(o.Outcome, o.Reason, []) : End(FlushOutcome.TimedOut, $"not done within {timeout.TotalSeconds:0.#} s", pending);
        }

        FlushResult End(FlushOutcome outcome, string? reason, IReadOnlyList<Problem> problems) =>
            new(outcome, reason, problems, _options.Time.GetElapsedTime(started));
    }

    private Task<HostMessage.FlushReached> AskHost()
    {
        if (_outbox.Send is null) throw new LinkException(LinkFailure.Unreachable, _unlinked ?? "No link to the host.");
        var id = _nextFlush++;
        var waiting = new TaskCompletionSource<HostMessage.FlushReached>(TaskCreationOptions.RunContinuationsAsynchronously);
        _flushes.Add(id, waiting);
        _outbox.Send(new GuestMessage.Flush(id));
        return waiting.Task;
    }

    private List<Problem> PendingPaths() =>
        [.. _flusher.Behind.Where(IsPending).Take(20).Select(n => new Problem(Trees.DisplayPath(n), ProblemCodes.Pending, "Still on its way."))];

    private List<Problem> Blocking() =>
        [.. _context.Problems.All.Where(p => p.Code is ProblemCodes.Unreadable or ProblemCodes.Unmaterialised or ProblemCodes.NoSpace or ProblemCodes.Unavailable or ProblemCodes.Refused)];

    private Task<bool> IsDurable()
    {
        var durable = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() => _flusher.MakeDurable(ok => durable.TrySetResult(ok)));
        return durable.Task;
    }

    private Task OnLoop(Action<Action> start)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() => start(() => done.TrySetResult()));
        return done.Task;
    }

    private (FlushOutcome Outcome, string? Reason)? Obstacle()
    {
        if (_halt is not null) return (FlushOutcome.Halted, _halt);
        if (_paused || _hostPaused) return (FlushOutcome.Paused, _paused ? "paused; 'resume' goes on" : "paused on the host");
        return _refused is not null ? (FlushOutcome.Refused, _unlinked) : null;
    }

    /// <summary>Waits for work to end, but not past a halt, a pause, or the loss of the link.</summary>
    private async Task Unless(Task work, CancellationToken cancel)
    {
        while (!work.IsCompleted)
        {
            var status = Status;
            var changed = StatusChangedAsync(status, cancel);
            await Task.WhenAny(work, changed).ConfigureAwait(false);
            cancel.ThrowIfCancellationRequested();
            if (work.IsCompleted) break;
            if (await Loop.CallAsync(Obstacle, cancel).ConfigureAwait(false) is { } obstacle) throw new FlushObstacleException(obstacle.Outcome, obstacle.Reason ?? "");
        }

        await work.ConfigureAwait(false);
    }

    private async Task Poll(Func<bool> condition, CancellationToken cancel, bool wantLink)
    {
        while (true)
        {
            var status = Status;
            if (await Loop.CallAsync(condition, cancel).ConfigureAwait(false)) return;
            if (wantLink) WakeLink();
            await StatusChangedAsync(status, cancel).ConfigureAwait(false);
        }
    }

    /// <summary>Returns when what is on this disk now is in the journal.</summary>
    public async Task LookAsync(Func<Task<Revision>> committed)
    {
        await Unless(OnLoop(done => _flusher.DrainLocal(FlushScope.All, done)), _stopping.Token).ConfigureAwait(false);
        await committed().WaitAsync(_stopping.Token).ConfigureAwait(false);
    }

    /// <summary>For a guest's flush: what is on the host's disk now is in the journal, and what the journal has is on the host's disk, durably.</summary>
    public async Task<(Revision UpTo, IReadOnlyList<Problem> Problems)> SettleAsync(Func<Task<Revision>> committed, CancellationToken cancel)
    {
        Loop.Post(_stuck.TryAgain);
        var upTo = Revision.Zero;
        await UntilRulesRestAsync(async () =>
        {
            await Unless(OnLoop(done => _flusher.DrainLocal(FlushScope.All, done)), cancel).ConfigureAwait(false);
            upTo = await committed().ConfigureAwait(false);
            // The host's own replica hears of that revision in a moment.
            await Poll(() => Reconciler.Planner.Committed >= upTo || _link is null, cancel, wantLink: false).ConfigureAwait(false);
            await Unless(OnLoop(done => _flusher.DrainRemote(upTo, FlushScope.All, done)), cancel).ConfigureAwait(false);
        }, cancel).ConfigureAwait(false);
        var ok = await IsDurable().WaitAsync(cancel).ConfigureAwait(false);
        var problems = await Loop.CallAsync(() => Blocking(), cancel).ConfigureAwait(false);
        if (!ok) problems.Add(new Problem(".", ProblemCodes.NoSpace, "The host's disk could not be synced."));
        return (upTo, problems);
    }

    /// <summary>Drains again while what it has put in place changed ignore rules: what they no longer leave out was on this disk at the call, too.</summary>
    private async Task UntilRulesRestAsync(Func<Task> drain, CancellationToken cancel)
    {
        while (true)
        {
            var before = await Loop.CallAsync(() => _observer.RulesPlaced, cancel).ConfigureAwait(false);
            await drain().ConfigureAwait(false);
            if (await Loop.CallAsync(() => _observer.RulesPlaced, cancel).ConfigureAwait(false) == before) return;
        }
    }

    public Task PauseAsync(CancellationToken cancel) => Loop.CallAsync(() =>
    {
        _paused = true;
        PublishStatus();
        return true;
    }, cancel);

    public Task ResumeAsync(bool force, CancellationToken cancel) => Loop.CallAsync(() =>
    {
        _paused = false;
        if (_halt is not null)
        {
            _halt = null;
            _rootLost = false;
            _deletions.Resume(force);
            if (CheckRoot()) _observer.Rescan();
        }
        else
        {
            _deletions.Resume(force: false);
        }

        Reconciler.EnqueueAll();
        PublishStatus();
        return true;
    }, cancel);

    public Task<int> RevertAsync(CancellationToken cancel) => Loop.CallAsync(() =>
    {
        // One that only sends takes nothing from the journal: there is nothing to put back to.
        if (Reconciler.Planner.Direction == SyncDirection.SendOnly) return 0;
        var nodes = Reconciler.Held.Where(n => !n.Has(NodeFlags.Refused)).ToArray();
        foreach (var node in nodes)
        {
            Reconciler.Planner.Reverting.Add(node);
            Reconciler.Enqueue(node);
        }

        return nodes.Length;
    }, cancel);

    public async Task<VerifyResult> VerifyAsync(bool deep, IProgress<VerifyProgress>? progress, CancellationToken cancel)
    {
        var work = await Loop.CallAsync(() => Trees.All.Where(n => n is { IsLocal: true } && n != Trees.Root && n.Kind == EntryKind.File)
            .Select(n => (Path: Trees.LocalPath(n), n.Stamp, n.Local!.Content, n.Local.Size, Lines: n.IsConverted ? LineChoice.Lf : default)).OrderBy(w => w.Path, StringComparer.Ordinal).ToArray(), cancel).ConfigureAwait(false);
        var total = work.Sum(w => w.Size);
        return await Task.Run(() =>
        {
            var problems = new List<Problem>();
            long files = 0, bytes = 0;
            foreach (var (path, stamp, content, size, lines) in work)
            {
                cancel.ThrowIfCancellationRequested();
                files++;
                var error = _context.Files.Stat(path, out var stat);
                if (error != FsError.None) problems.Add(new Problem(path, "differs", $"It is in the index, but cannot be found on disk: {error.InWords()}."));
                else if (stat.Stamp != stamp) problems.Add(new Problem(path, "differs", "It is not as the index says; if it was just edited, verify again."));
                else if (deep)
                {
                    var reading = FileReading.Of(_context.Files, path, cancel, lines: lines);
                    if (reading.Error != FsError.None) problems.Add(new Problem(path, ProblemCodes.Unreadable, $"It cannot be read: {reading.Error.InWords()}."));
                    else if (!reading.Changed && reading.Manifest!.Id != content)
                        problems.Add(new Problem(path, "rotten", "Its bytes have changed although size and times have not: the disk may be failing. Restore it from a version or another replica."));
                    bytes += size;
                }

                progress?.Report(new VerifyProgress(files, work.Length, bytes, deep ? total : 0));
            }

            return new VerifyResult(files, bytes, problems);
        }, cancel).ConfigureAwait(false);
    }

    public Task<IReadOnlyList<Conflict>> ConflictsAsync(CancellationToken cancel) =>
        Loop.CallAsync<IReadOnlyList<Conflict>>(() => [.. ConflictList().Select(c => c.Conflict)], cancel);

    private IEnumerable<(Node Node, Conflict Conflict)> ConflictList()
    {
        foreach (var node in _conflictNodes.Select(n => n.Current).Distinct().Where(n => n.IsLocal).OrderBy(n => Trees.LocalPath(n), StringComparer.Ordinal))
        {
            if (ConflictName.Parse(node.Local!.Name) is not { } parsed) continue;
            var path = Trees.LocalPath(node);
            var slash = path.LastIndexOf('/') + 1;
            yield return (node, new Conflict(path[..slash] + ConflictName.OriginalOf(node.Local.Name), path, parsed.Replica, parsed.At, node.Local.Size));
        }
    }

    public async Task<int> ResolveAsync(string keep, string? path, CancellationToken cancel)
    {
        var found = await Loop.CallAsync(() => ConflictList().Where(c => path is null || c.Conflict.Path == path || c.Conflict.CopyPath == path).Select(c => c.Conflict).ToArray(), cancel).ConfigureAwait(false);
        var resolved = 0;
        // A guest's name decides only where there is a copy of that guest: a conflict of others is left, not decided for the host.
        if (keep is not ("host" or "both")) found = [.. found.Where(c => found.Any(of => of.Replica == keep && of.Path == c.Path))];
        foreach (var conflict in found)
        {
            var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
            _context.Apply.Run(() => done.TrySetResult(Resolve(conflict, keep)));
            if (await done.Task.WaitAsync(cancel).ConfigureAwait(false)) resolved++;
        }

        // What was done on disk is known in the trees when this returns.
        await OnLoop(done =>
        {
            foreach (var conflict in found) _observer.LookAt(conflict.CopyPath);
            foreach (var conflict in found) _observer.LookAt(conflict.Path);
            _observer.WhenDrained(done);
        }).WaitAsync(cancel).ConfigureAwait(false);

        return resolved;
    }

    /// <summary>On the apply worker. Whatever loses its name goes to the version store.</summary>
    private bool Resolve(Conflict conflict, string keep)
    {
        var files = _context.Files;
        if (files.Stat(conflict.CopyPath, out var copy) != FsError.None) return false;
        if (keep == "both")
        {
            var dot = conflict.Path.LastIndexOf('.');
            var slash = conflict.Path.LastIndexOf('/');
            var (stem, extension) = dot > slash + 1 ? (conflict.Path[..dot], conflict.Path[dot..]) : (conflict.Path, "");
            for (var n = 1; n < 1000; n++)
            {
                var name = $"{stem} ({conflict.Replica}{(n == 1 ? "" : " " + n.ToString(System.Globalization.CultureInfo.InvariantCulture))}){extension}";
                var renamed = files.Rename(conflict.CopyPath, name, RenameMode.NoReplace);
                if (renamed != FsError.Exists) return renamed == FsError.None;
            }

            return false;
        }

        if (keep == conflict.Replica)
        {
            var error = files.Rename(conflict.CopyPath, conflict.Path, RenameMode.Exchange);
            if (error == FsError.NotFound) return files.Rename(conflict.CopyPath, conflict.Path, RenameMode.NoReplace) == FsError.None;
            if (error != FsError.None || files.Stat(conflict.CopyPath, out copy) != FsError.None) return false;
        }

        return _versions.Keep(conflict.CopyPath, conflict.Path, copy, "conflict", out _) == FsError.None;
    }

    public Task<IReadOnlyList<StoredVersion>> VersionsAsync(string? path, CancellationToken cancel) => Task.Run(() => _versions.List(path), cancel);

    public async Task<string> RestoreAsync(string versionId, string? targetPath, CancellationToken cancel)
    {
        var version = FindVersion(versionId);
        var target = targetPath ?? version.Path;
        CheckTarget(target);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _context.Apply.Run(() =>
        {
            try
            {
                Restore(version, target);
                done.TrySetResult();
            }
            catch (IOException e)
            {
                done.TrySetException(e);
            }
        });
        await done.Task.WaitAsync(cancel).ConfigureAwait(false);
        return target;
    }

    /// <inheritdoc/>
    public Task<IReadableFile> OpenFileAsync(string path, CancellationToken cancel)
    {
        CheckTarget(path);
        return OpenAsync((out IReadableFile? file) => _context.Files.OpenRead(path, out file), $"'{path}'", cancel);
    }

    /// <inheritdoc/>
    public Task<IReadableFile> OpenVersionAsync(string versionId, CancellationToken cancel)
    {
        var version = FindVersion(versionId);
        return version.Kind is EntryKind.File
            ? OpenAsync((out IReadableFile? file) => _versions.OpenRead(versionId, out file), $"version '{versionId}'", cancel)
            : throw new IOException($"Version '{versionId}' is no file.");
    }

    private delegate FsError Opening(out IReadableFile? file);

    private static Task<IReadableFile> OpenAsync(Opening open, string what, CancellationToken cancel) => Task.Run(
        () => open(out var file) is var error && error == FsError.None && file is not null ? file : throw new IOException($"{what} cannot be read: {error}."), cancel);

    private StoredVersion FindVersion(string versionId) =>
        _versions.Find(versionId) ?? throw new IOException($"There is no version '{versionId}'. 'versions list' shows what there is.");

    private static void CheckTarget(string target)
    {
        if (target.Length == 0 || target.StartsWith('/') || target.Split('/').Any(s => s is "" or "." or "..") || target.Split('/')[0] == ".sync")
            throw new IOException($"'{target}' is not a path within the share.");
    }

    /// <summary>On the apply worker: a copy, so that the version stays.</summary>
    private void Restore(StoredVersion version, string target)
    {
        var files = _context.Files;
        var parent = "";
        foreach (var name in target.Split('/').SkipLast(1))
        {
            parent = parent.Length == 0 ? name : parent + "/" + name;
            files.MakeDirectory(parent, 0x1ED);
        }

        var staged = $"{PrivateDirectory.Staging}/r-{_options.Machine.NextName()}";
        FsError error;
        if (version.Kind == EntryKind.Symlink)
        {
            error = files.ReadLink(VersionStore.PathOf(version.Id), out var link);
            if (error == FsError.None) error = files.MakeSymlink(staged, link!);
        }
        else if (version.Kind == EntryKind.Directory) error = files.Rename(VersionStore.PathOf(version.Id), staged, RenameMode.NoReplace);
        else error = CopyVersion(version, staged);
        if (error == FsError.None)
        {
            error = files.Rename(staged, target, RenameMode.NoReplace);
            if (error == FsError.Exists)
            {
                error = files.Rename(staged, target, RenameMode.Exchange);
                if (error == FsError.None && files.Stat(staged, out var displaced) == FsError.None)
                    error = _versions.Keep(staged, target, displaced, "replaced", out _);
            }
        }

        if (error != FsError.None) throw new IOException($"Version '{version.Id}' could not be restored to '{target}': {error.InWords()}. Name another path with --to.");
    }

    private FsError CopyVersion(StoredVersion version, string staged)
    {
        var error = _versions.OpenRead(version.Id, out var source);
        if (error != FsError.None) return error;
        using (source)
        {
            error = source!.Stat(out var stat);
            if (error != FsError.None) return error;
            error = _context.Files.Create(staged, out var file);
            if (error != FsError.None) return error;
            using (file)
            {
                error = file!.CopyFrom(source, 0, 0, stat.Stamp.Size);
                if (error == FsError.None) error = file.SetMeta(stat.Mode, null, stat.Stamp.MtimeNs);
                return error == FsError.None ? file.WriteBack() : error;
            }
        }
    }
}
