using Microsoft.Extensions.Logging;
using Sync.Delta;
using Sync.Engine.Applying;
using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Filling;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Machines;
using Sync.Engine.Model;
using Sync.Engine.Placing;
using Sync.Engine.Planning;
using Sync.Engine.Scanning;
using Sync.Engine.Store;
using Sync.Engine.Transfer;
using Sync.Engine.Trees;
using Sync.Engine.Versions;
using Sync.Engine.Watching;

namespace Sync.Engine.Replicas;

/// <summary>
/// One replica: a directory, its three trees and its link to the journal, held together by one control loop. The same on the host (whose link
/// is in the process) and on guests. What it knows how to do is in its parts; here is only what happens when.
/// </summary>
internal sealed partial class Replica : IContentLocator, IAsyncDisposable
{
    private static readonly TimeSpan StatusPace = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RootCheckPace = TimeSpan.FromSeconds(2);

    /// <summary>Contents that have come and are not in place yet: a disk that is slower than the link let them grow to all that was under way (5 GB of a million small files).</summary>
    private const long MostHeldBytes = 32L << 20;

    /// <summary>Longer than a proposal takes from the look for its contents to the decision.</summary>
    private static readonly TimeSpan StagingSweepPace = TimeSpan.FromMinutes(1);

    private readonly ReplicaOptions _options;
    private readonly bool _isHost;

    /// <summary>Chunk lists and block sums that no entry has: a guest that was away may still ask for what follows from them.</summary>
    private static readonly TimeSpan ManifestsKept = TimeSpan.FromDays(7);

    /// <summary>What an interrupted transfer left is kept for two days.</summary>
    private const int BootIdLength = 16;
    private const long PartsKeptNs = 2L * 24 * 3600 * 1_000_000_000;

    private bool _hasScanned;
    private bool _wasIdle;
    private readonly IDisposable _claim;
    private readonly ReplicaContext _context;
    private readonly CancellationTokenSource _stopping = new();
    private readonly IRecordStore _store;
    private readonly WorkerPool _indexWorker;
    private readonly IWatcher _watcher;
    private readonly Observer _observer;
    private readonly StuckEntries _stuck;
    private readonly HeldDirectories _heldDirectories;
    private readonly LateWrites _lateWrites;
    private readonly Applier _applier;
    private readonly DirectoryFiller _filler;
    private readonly CutShort _cutShort;
    private readonly Outbox _outbox;
    private readonly StoreTrouble _trouble;
    private readonly Fetcher _fetcher;

    private readonly LackingContents _lacking;
    private readonly UploadQueue _uploads;

    /// <summary>There is a link, and what is found here goes out over it.</summary>
    private volatile bool _sendsEarly;
    private readonly Flusher _flusher;
    private readonly IndexKeeper _index;
    private readonly RecentKeeper _recent;
    private readonly RecentLog? _recentLog;
    private readonly VersionStore _versions;
    private readonly StagedContents _staged;
    private readonly DeletionGuard _deletions;
    private readonly Func<Replica, SessionHello, CancellationToken, ValueTask<IHostLink>> _connect;
    private readonly MarkFile _markFile;
    private PrivateRemains _remains;
    private readonly bool _fresh;

    /// <summary>What a former life was told is tentative: whether the host still has it is known when there is a link, and until then nothing is put in place for it.</summary>
    private bool _isInDoubt;

    /// <summary>Nothing of what is here has been agreed on yet.</summary>
    private bool _isJoining;

    /// <summary>A former life had this index on this directory, although it may not have saved anything in it.</summary>
    private bool _hasFormerLife;
    private IHostLink? _link;
    private Task? _linkTask;
    private CancellationTokenSource? _linkStop;
    private ulong _epoch;
    private string? _halt;
    private bool _rootLost;
    private bool _paused;
    private bool _hostPaused;
    private string? _unlinked = "not connected yet";
    private LinkFailure? _refused;
    private bool _unclean;

    /// <summary>The machine went down with it: what is not synced may be there in part.</summary>
    private bool _mayBeTorn;

    /// <summary>The agent alone was killed, and what it did last was written down.</summary>
    private bool _isAsKilled;
    private bool _hasDefect;
    private bool _statusScheduled;
    private long _publishedAt;
    private ReplicaStatus _status = new() { State = ReplicaState.Scanning };
    private TaskCompletionSource _statusChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Replica(
        ReplicaOptions options, bool isHost, EntryId root, IFileSystem files, IDisposable claim, IRecordStore store, PrivateRemains remains, VersionStore versions, SharePolicy policy,
        StagedContents staged, SmallContents small, Func<Replica, SessionHello, CancellationToken, ValueTask<IHostLink>> connect)
    {
        _options = options;
        _nextFlush = options.Machine.NextFirstNumber();
        _isHost = isHost;
        _claim = claim;
        _store = store;
        _versions = versions;
        _staged = staged;
        _connect = connect;
        var log = options.Logging.CreateLogger("Sync.Engine.Replica");
        void OnError(Exception e) => NoteDefect(log, e);
        WorkerPool NewPool(string name, int threads, bool yields = false) =>
            new($"{options.Share} {name}", threads, OnError, yields, options.Machine.NewLane(name, threads));
        var trees = new TreeSet(root);
        var comparer = new FacetComparer(files.Traits.HasTimes ? Math.Max(1, files.Traits.MtimeGrainNs) : long.MaxValue, files.Traits.HasModes, files.Traits.HasLinkTimes) { Ownership = policy.Ownership };
        _context = new ReplicaContext
        {
            Share = options.Share,
            Loop = new ControlLoop($"{options.Share} loop", EndTurn, OnError, options.Machine.NewLane("loop", 1)),
            Io = NewPool("io", 2),
            Bulk = NewPool("bulk", 1, yields: true),
            Apply = NewPool("apply", 1),
            Files = files,
            Trees = trees,
            Reconciler = new Reconciler(trees, comparer),
            Problems = new ProblemSet(),
            LiveCopies = new LiveCopies(files),
            Small = small,
            Manifests = options.Machine.OpenManifests(options.DataDirectory, options.Time),
            Staging = new StagingArea(files),
            Time = options.Time,
            Machine = options.Machine,
            Log = log,
            Stopping = _stopping.Token,
            Policy = policy,
            LineEndings = options.LineEndings,
            Landings = isHost ? null : new Landings(options.Time),
        };
        _context.Moved = () => Loop.Post(PublishStatusSoon);
        _indexWorker = NewPool("index", 1);
        // What is lost before there is an observer is found by its first look at the whole tree.
        _watcher = options.Machine.Watch(files, options.Time, events => _observer?.Take(events));
        _observer = new Observer(_context, _watcher, MayBeEmpty, HaltAtReplica);
        ulong? owner = null;
        if (files.Stat("", out var self) == FsError.None && Environment.IsPrivilegedProcess && self.Owner != 0) owner = self.Owner;
        staged.Stands = path => files.Stat(path, out _) != FsError.NotFound;
        _stuck = new StuckEntries(_context);
        _heldDirectories = new HeldDirectories(_context, _observer);
        _lateWrites = new LateWrites(_context, _observer, versions);
        _applier = new Applier(_context, _observer, new Placer(files, versions, owner, path => options.LineEndings().HasCrlf(path)), versions, staged, _stuck, _heldDirectories, _lateWrites) { CanFetch = !isHost };
        _cutShort = new CutShort(_context, staged, _lateWrites, _applier.Keep);
        Reconciler.Planner.CanExchange = files.Traits.CanExchange;
        _outbox = new Outbox(_context, isHost) { BringsAlong = () => _observer.HasScanned };
        _lacking = new LackingContents(_context, _stuck, versions, () => _observer.HasScanned);
        _fetcher = new Fetcher(_context, Arrived) { Stuck = _stuck.Report, HasRoom = () => _applier.HeldBytes < MostHeldBytes };
        _uploads = new UploadQueue(_context);
        if (!isHost) _context.Growing = new GrowingContents(() => _sendsEarly && Status.State is ReplicaState.InSync or ReplicaState.Syncing, growing => Loop.Post(() => _uploads.Grow(growing))) { Least = options.GrowingFrom };
        _markFile = new MarkFile(files);
        _remains = remains;
        _trouble = new StoreTrouble(_context, options.DataDirectory);
        _recentLog = options.Machine.BootId is { } boot ? new RecentLog(name => options.Machine.OpenUnsynced(options.DataDirectory, name), boot, options.Machine) : null;
        _recent = new RecentKeeper(_context, _recentLog, () => _outbox.Open.Concat(Reconciler.Unanswered()));
        _outbox.Sending = _recent.Sending;
        _outbox.Answered = _recent.Answered;
        _index = new IndexKeeper(_context, store, _markFile, _indexWorker, _applier.TakeUnsynced, versions.Sync, _trouble, _recent);
        _filler = new DirectoryFiller(_context, _applier, _observer, staged, _recent, _index, owner, () => _fresh);
        _flusher = new Flusher(_context, _observer, _watcher, _index, IsPending);
        _deletions = new DeletionGuard(_context, options.Root, () => _observer.IsIdle, Reconciler.Enqueue, Halt);
        try
        {
            _fresh = Load();
        }
        catch
        {
            EndWorkers();
            throw;
        }

        Reconciler.NodeChanged = OnNodeChanged;
        if (isHost) Reconciler.Replaced = (node, former) => _staged.NoteReplaced(former.Content, () => Trees.RemotePath(node));
        Reconciler.Rebound = OnRebound;
        Reconciler.Forgotten = Drop;
        Reconciler.Blocked = (node, occupant) =>
        {
            if (Reconciler.Planner.LeftOut(occupant) is not null) _stuck.Report(node, ProblemCodes.Unmaterialised, "It was moved elsewhere into a directory that is left out here, and stays at its former name. Change the ignore rules, or move it here.");
            else if (Reconciler.Planner.IsLeftover(occupant)) _stuck.Report(node, ProblemCodes.Unmaterialised, "A directory that was deleted elsewhere stands at this name for what is ignored in it. Remove or move that, and it is put in place.");
            else if (StaysWhereItIs(occupant)) _stuck.Report(node, ProblemCodes.Unmaterialised, "What has another name elsewhere stands at this name, for that other cannot be had here: see there.");
            // A local edit that is kept is listed itself.
            else _stuck.Add(node);
        };
        Reconciler.Planner.IsStuck = StaysWhereItIs;
        Reconciler.Planner.IsIgnored = _observer.IsIgnored;
        Reconciler.Planner.LeavesOutItsPlace = _observer.LeavesOutItsPlace;
        Reconciler.Planner.IsUnreadable = _context.Problems.IsUnreadable;
        if (isHost) Reconciler.Planner.Direction = policy.HostDirection;
        foreach (var node in trees.All)
            if (!node.IsSettled) Reconciler.Enqueue(node);
        _observer.CookieSeen = _flusher.CookieSeen;
        _applier.Fetch = isHost ? _lacking.Lack : _fetcher.Want;
    }

    public string Share => _options.Share;

    public ReplicaContext Context => _context;

    public VersionStore Versions => _versions;

    public ReplicaStatus Status => Volatile.Read(ref _status);

    /// <summary>At the start the index was found to be older than the directory: it was restored from a backup.</summary>
    public bool IsBehindDirectory { get; private set; }

    /// <summary>The former life did not end by itself.</summary>
    public bool WasKilled => _unclean;

    /// <inheritdoc cref="LackingContents.AskGuest"/>
    public Func<Entry, int, bool?>? AskGuest { set => _lacking.AskGuest = value; }

    /// <summary>Completes the status with what only the host knows.</summary>
    public Func<ReplicaStatus, ReplicaStatus>? Decorate { get; set; }

    /// <summary>The host's journal could not be written, or (null) can be.</summary>
    public void JournalTrouble(Exception? failure) => Loop.Post(() => _trouble.Report("journal", failure));

    private Reconciler Reconciler => _context.Reconciler;

    private TreeSet Trees => _context.Trees;

    private ControlLoop Loop => _context.Loop;

    /// <summary>Takes the journal's own objects where they are equal to what the index has: one state of an entry is in memory once. Before <see cref="Start"/>.</summary>
    public void ShareEntries(Func<EntryId, Entry?> find)
    {
        foreach (var node in Trees.All)
            if (node.Remote is { } remote && find(node.Id) is { } same && same == remote) node.Share(same);
    }

    public void Start()
    {
        Loop.Start();
        Loop.Post(() =>
        {
            SweepStaging();
            _watcher.Watch(Flusher.CookiePath, _observer.CookieTag);
            if (_halt is null) _observer.Rescan();
            ScheduleRescan();
            ScheduleStagingSweep();
            WatchRoot();
            PublishStatus();
        });
        _linkTask = Task.Run(RunLinkAsync);
    }

    private void ScheduleRescan()
    {
        var spread = 0.75 + _options.Machine.Random.NextDouble() / 2;
        _context.After(_options.RescanEvery * spread, () =>
        {
            if (_halt is null && CheckRoot()) _observer.Rescan();
            _indexWorker.Run(_store.Maintain);
            _context.Apply.Run(() => _versions.Sweep(_options.Time.GetUtcNow()));
            SweepManifests();
            ScheduleRescan();
        });
    }

    // A guest that was away for longer sends and takes chunks instead of deltas of them.
    private void SweepManifests()
    {
        var live = new HashSet<ContentId>();
        foreach (var node in Trees.All)
            foreach (var entry in (ReadOnlySpan<Entry?>)[node.Synced, node.Local, node.Remote])
                if (entry is { Kind: EntryKind.File, Size: > SmallContents.MaxLength }) live.Add(entry.Content);
        _indexWorker.Run(() => _context.Manifests.Sweep(live.Contains, ManifestsKept));
    }

    /// <summary>Somebody else may be asked now for what is lacking.</summary>
    public void RetryLacking() => Loop.Post(_lacking.TryAgain);

    private void OnNodeChanged(Node node)
    {
        Note(node);
        _index.Mark(node);
        _recent.Mark(node);
    }

    private void Note(Node node)
    {
        _flusher.Changed(node);
        if (!_flusher.Behind.Contains(node))
        {
            _lacking.Settled(node);
            _stuck.Free(node);
        }

        _deletions.Note(node);
        if (node.Local is { } local && local.Name.Contains(" (conflict ", StringComparison.Ordinal) && ConflictName.Parse(local.Name) is not null) _conflictNodes.Add(node);
        else if (_conflictNodes.Count > 0) _conflictNodes.Remove(node);
        _treeChanges++;
        ScheduleStatus();
    }

    private void OnRebound(Node from, Node to)
    {
        _outbox.Rebind(from, to);
        _flusher.Rebind(from, to);
        if (to is { IsLocal: true, Kind: EntryKind.Directory }) _observer.Rebind(from, to);
    }

    private void Arrived(ContentId content, ReceivedContent received)
    {
        if (received.Bytes is { } bytes) _applier.Arrive(content, bytes);
        else if (received.StagedPath is { } path) _staged.Add(content, path);
    }

    /// <remarks>A guest that does not know yet which way its changes go takes nothing from an earlier life's journal: one that only sends would put what others have in the place of its own.</remarks>
    private bool CanPlan => _halt is null && !_paused && !_hostPaused && !_isInDoubt && (_observer.HasScanned || _fresh) && (_isHost || _index.Rights is not null);

    private void EndTurn()
    {
        _observer.EndTurn();
        if (_observer.HasScanned && !_hasScanned) Reconciler.Former.Looked();
        if (_halt is not null || _paused || _hostPaused) _filler.Interrupt();
        var wasHeld = _filler.HoldsPlanning;
        if (CanPlan && !_isHost) _filler.EndTurn(Reconciler.Planner.Direction);
        if (CanPlan && !_filler.HoldsPlanning)
        {
            // What came to be here meanwhile is bound first.
            var mayPropose = !_catchingUp && !_hostLooks && !wasHeld;
            if (wasHeld) Loop.Post(static () => { });
            Reconciler.Release(mayPropose && _outbox.HasRoom, true);
            var holdDeletes = _deletions.HoldsNow();
            while (Reconciler.TryNext(mayPropose && _outbox.HasRoom, true, out var node, out var step))
            {
                if (step.Kind == StepKind.Propose && _mayBeTorn && IsTorn(node)) _applier.Queue(node, new Step(StepKind.Update, Facets.Content), "torn");
                else if (step.Kind != StepKind.Propose) _applier.Queue(node, step);
                else if (holdDeletes && node.Local is null) _deletions.Hold(node);
                else _outbox.Queue(node, step);
                if (step.Kind is StepKind.Create or StepKind.Update && node.Has(NodeFlags.Applying)) _recent.Placing(node);
            }

            if (Reconciler.TakeUnobserved() is { Length: > 0 } unobserved)
                _observer.WhenObserved(unobserved.Select(u => u.Value).ToHashSet(), () => Reconciler.Observed(unobserved.Select(u => u.Key)));
            _outbox.Flush();
            _recent.EndTurn();
            _applier.EndTurn();
            _fetcher.Ask();
        }

        _recent.EndTurn();
        _flusher.EndTurn();
        // The end of a look may be all that changes, and until then the state was another; a flush waits to be told of the first.
        var isIdle = _observer.IsIdle;
        var hasEnded = isIdle && !_wasIdle;
        _wasIdle = isIdle;
        if (_context.Problems.Changed || _hasScanned != _observer.HasScanned || hasEnded)
        {
            _hasScanned = _observer.HasScanned;
            _context.Problems.Changed = false;
            ScheduleStatus();
        }
    }

    /// <summary>After the machine went down: a file with the remote entry's mtime, but neither its content nor the agreed state, is a placement that
    /// power loss tore. It goes to the version store and is fetched again, and is never taken for an edit. Where nothing is placed, nothing was torn.</summary>
    private bool IsTorn(Node node) =>
        Reconciler.Planner.Direction != SyncDirection.SendOnly && node is { Kind: EntryKind.File, Local: { } local, Remote: { Deleted: false } remote }
        && local.MtimeNs == remote.MtimeNs && local.Content != remote.Content && node.Synced?.MtimeNs != remote.MtimeNs;

    private bool MayBeEmpty()
    {
        if (_deletions.IsOff || _context.Policy.MaxDeletePercent >= 100) return true;
        var agreed = 0;
        foreach (var child in Trees.LocalChildren(Trees.Root))
            if (child.Synced is not null) agreed++;
        if (agreed == 0 || Trees.Count < DeletionGuard.MinMassDelete) return true;
        Halt($"'{_options.Root}' is suddenly empty. If it is not mounted, mount it and 'resume'; if the deletion is meant, 'resume --force'.");
        return false;
    }

    private bool CheckRoot()
    {
        if (_context.Files.RootIsIntact) return true;
        Halt($"'{_options.Root}' is no longer the directory that was opened (unmounted, moved or replaced). Bring it back, and it goes on; 'resume' looks at once.");
        _rootLost = true;
        return false;
    }

    private void HaltAtReplica(string path) => Halt(
        $"'{_options.Root}' holds '{path}': that directory is synced by itself, by this machine or by another that mounts it, and changes would chase themselves. Take one of the two out ('leave', 'share remove'); if nothing syncs it, or it came with a copy, remove '{path}'; or leave it out by an ignore rule. Then 'resume'.");

    /// <summary>What is held open stays whole when its path leads elsewhere, and no event tells of it.</summary>
    private void WatchRoot() => _context.After(RootCheckPace, () =>
    {
        if (_halt is null) CheckRoot();
        WatchRoot();
    });

    /// <summary>A file that is saved several times in a moment leaves contents in staging that were never placed, and never will be.</summary>
    private void ScheduleStagingSweep() => _context.After(StagingSweepPace, () =>
    {
        if (_staged.Count > 0)
        {
            var wanted = new HashSet<ContentId>();
            foreach (var node in _flusher.Behind)
            {
                // What a guest leaves out, or keeps another edit of, it does not wait for; the host may have the only copy of it.
                if (!_isHost && !node.Has(NodeFlags.Applying) && !IsPending(node)) continue;
                // The journal's bytes stand here, wherever that is: it was moved where edits are kept.
                if (node is { IsLocal: true, IsRemote: true } && node.Local!.Content == node.Remote!.Content) continue;
                foreach (var entry in (ReadOnlySpan<Entry?>)[Reconciler.Held.Contains(node) ? null : node.Local, node.Remote])
                    if (entry is { Kind: EntryKind.File, Deleted: false }) wanted.Add(entry.Content);
            }

            _context.Apply.Run(() => _staged.Sweep(wanted, TakeOut));
        }

        _applier.TryLeftoversAgain();
        ScheduleStagingSweep();
    });

    /// <summary>Of what the host accepted and never placed the one who sent it may have no copy any more: what has lost a conflict on the way is kept like what was displaced.</summary>
    private void TakeOut(ContentId content, string path, string? was)
    {
        if (!_isHost || was is null || _context.Files.Stat(path, out var stat) != FsError.None) _context.Files.RemoveFile(path);
        else _applier.Leftovers.Keep(path, was, stat, "replaced", content);
    }

    /// <summary>An exception that nobody expected. The replica goes on, but something may stay open for ever: whoever runs it opens it anew.</summary>
    public void NoteDefect(ILogger log, Exception e)
    {
        log.LogDefect(e, Share);
        if (Interlocked.Exchange(ref _hasDefect, true)) return;
        // Not on the loop, which may be what is broken.
        Volatile.Write(ref _status, Status with { HasDefect = true });
        TellStatus();
        // One that was just being made may have replaced it.
        Loop.Post(PublishStatus);
    }

    private void Halt(string reason)
    {
        if (_halt == reason) return;
        _halt = reason;
        _context.Log.LogHalted(Share, reason);
        ScheduleStatus();
    }

    /// <summary>Ends one that was not started: another may be opened on its directory.</summary>
    public void Abandon()
    {
        EndWorkers();
        Release();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_linkTask is not null) await _linkTask.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _filler.DisposeAsync().ConfigureAwait(false);
        EndReaders();
        if (!_hasDefect)
        {
            // What has been placed and agreed is written down before the end: the next start finds it so.
            var saved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Loop.Post(() => _index.WhenDurable(_ => saved.TrySetResult()));
            await Task.WhenAny(saved.Task, Task.Delay(TimeSpan.FromSeconds(10), _options.Time)).ConfigureAwait(false);
        }

        Loop.Dispose();
        _bulkWork.Is(false);
        _indexWorker.Dispose();
        try
        {
            // With a defect the next start goes by what was saved, and by what is on disk, as after a kill.
            if (!_hasDefect) _store.Commit([], [new("running", null)]);
        }
        catch (IOException e)
        {
            _context.Log.LogNotice(Share, $"the index could not be closed cleanly ({e.Message}): the next start looks closer");
        }

        Release();
    }

    private void EndReaders()
    {
        _watcher.Dispose();
        _context.Bulk.Dispose();
        _context.Io.Dispose();
        _context.Apply.Dispose();
    }

    private void EndWorkers()
    {
        EndReaders();
        Loop.Dispose();
        _indexWorker.Dispose();
    }

    private void Release()
    {
        _recentLog?.Dispose();
        _store.Dispose();
        _versions.Dispose();
        _claim.Dispose();
        _context.Files.Dispose();
        _stopping.Dispose();
    }
}
