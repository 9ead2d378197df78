using System.Security.Cryptography;
using System.Threading.Channels;
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
    private readonly Flusher _flusher;
    private readonly IndexKeeper _index;
    private readonly RecentKeeper _recent;
    private readonly RecentLog? _recentLog;
    private readonly VersionStore _versions;
    private readonly StagedContents _staged;
    private readonly DeletionGuard _deletions;
    private readonly Func<Replica, SessionHello, CancellationToken, ValueTask<IHostLink>> _connect;
    private readonly MarkFile _markFile;
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
    private bool _statusScheduled;
    private long _publishedAt;
    private ReplicaStatus _status = new() { State = ReplicaState.Scanning };
    private TaskCompletionSource _statusChanged = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Replica(
        ReplicaOptions options, bool isHost, EntryId root, IFileSystem files, IDisposable claim, IRecordStore store, VersionStore versions, SharePolicy policy,
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
        void OnError(Exception e) => log.LogDefect(e, options.Share);
        WorkerPool NewPool(string name, int threads, bool yields = false) =>
            new($"{options.Share} {name}", threads, OnError, yields, options.Machine.NewLane(name, threads));
        var trees = new TreeSet(root);
        var comparer = new FacetComparer(Math.Max(1, files.Traits.MtimeGrainNs), files.Traits.HasModes, files.Traits.HasLinkTimes) { Ownership = policy.Ownership };
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
            Landings = isHost ? null : new Landings(options.Time),
        };
        _context.Moved = () => Loop.Post(PublishStatusSoon);
        _indexWorker = NewPool("index", 1);
        // What is lost before there is an observer is found by its first look at the whole tree.
        _watcher = options.Machine.Watch(files, options.Time, events => _observer?.Take(events));
        _observer = new Observer(_context, _watcher, MayBeEmpty);
        ulong? owner = null;
        if (files.Stat("", out var self) == FsError.None && Environment.IsPrivilegedProcess && self.Owner != 0) owner = self.Owner;
        _stuck = new StuckEntries(_context);
        _heldDirectories = new HeldDirectories(_context, _observer);
        _lateWrites = new LateWrites(_context, _observer, versions);
        _applier = new Applier(_context, _observer, new Placer(files, versions, owner), versions, staged, _stuck, _heldDirectories, _lateWrites) { CanFetch = !isHost };
        _cutShort = new CutShort(_context, staged, _lateWrites, _applier.Keep);
        Reconciler.Planner.CanExchange = files.Traits.CanExchange;
        _outbox = new Outbox(_context, isHost);
        _lacking = new LackingContents(_context, _stuck, versions, () => _observer.HasScanned);
        _fetcher = new Fetcher(_context, Arrived) { Stuck = _stuck.Report, HasRoom = () => _applier.HeldBytes < MostHeldBytes };
        _uploads = new UploadQueue(_context);
        _markFile = new MarkFile(files);
        _trouble = new StoreTrouble(_context, options.DataDirectory);
        _recentLog = options.Machine.BootId is { } boot ? new RecentLog(name => options.Machine.OpenUnsynced(options.DataDirectory, name), boot, options.Machine) : null;
        _recent = new RecentKeeper(_context, _recentLog, () => _outbox.Open.Concat(Reconciler.Unanswered()));
        _filler = new DirectoryFiller(_context, _applier, _observer, staged, _recent, owner, () => _fresh);
        _outbox.Sending = _recent.Sending;
        _outbox.Answered = _recent.Answered;
        _index = new IndexKeeper(_context, store, _markFile, _indexWorker, _applier.TakeUnsynced, versions.Sync, _trouble, _recent);
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
        Reconciler.Rebound = OnRebound;
        Reconciler.Forgotten = Drop;
        Reconciler.Blocked = (node, occupant) =>
        {
            if (Reconciler.Planner.IsLeftover(occupant)) _stuck.Report(node, ProblemCodes.Unmaterialised, "A directory that was deleted elsewhere stands at this name for what is ignored in it. Remove or move that, and it is put in place.");
            else if (StaysWhereItIs(occupant)) _stuck.Report(node, ProblemCodes.Unmaterialised, "What has another name elsewhere stands at this name, for that other cannot be had here: see there.");
            // A local edit that is kept is listed itself.
            else _stuck.Add(node);
        };
        Reconciler.IsStuck = StaysWhereItIs;
        Reconciler.Planner.IsIgnored = _observer.IsIgnored;
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

    /// <exception cref="ReplicaStartException">It cannot run now; the message says why.</exception>
    public static Replica Open(
        ReplicaOptions options, bool isHost, SharePolicy policy, StagedContents staged, SmallContents small,
        Func<Replica, SessionHello, CancellationToken, ValueTask<IHostLink>> connect)
    {
        if (!options.Machine.HasDirectory(options.Root))
            throw new ReplicaStartException(ReplicaStartCodes.RootMissing, $"The directory '{options.Root}' of share '{options.Share}' is missing. Mount or restore it; it is tried again.");
        var error = options.Machine.OpenRoot(options.Root, out var files);
        if (error != FsError.None)
            throw new ReplicaStartException(ReplicaStartCodes.RootUnreadable, $"The directory '{options.Root}' of share '{options.Share}' cannot be used ({error}). Mend its permissions; it is tried again.");
        var claim = options.Machine.TryClaim(options.Root);
        if (claim is null)
        {
            files!.Dispose();
            throw new ReplicaStartException(ReplicaStartCodes.RootInUse, $"The directory '{options.Root}' of share '{options.Share}' is synced by another agent. Stop that one, or give each its own directory; it is tried again.");
        }

        IRecordStore store;
        try
        {
            store = options.Machine.OpenStore(options.DataDirectory, "index.db", options.Logging.CreateLogger("Sync.Engine.Store"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            claim.Dispose();
            files!.Dispose();
            throw new ReplicaStartException(ReplicaStartCodes.IndexUnusable, $"The index of share '{options.Share}' in '{options.DataDirectory}' cannot be opened: {e.Message}", e);
        }

        if (files!.Traits.MtimeGrainNs < 0) throw new InvalidOperationException("A negative grain.");
        foreach (var path in new[] { PrivateDirectory.Staging, Flusher.CookiePath })
            files.MakeDirectory(path, 0x1C0);
        error = VersionStore.Open(files, options.Time, new VersionLimits(policy.VersionDays, policy.VersionPercent), options.Logging.CreateLogger("Sync.Engine.Versions"), out var versions, options.Machine.Random);
        if (error != FsError.None)
        {
            store.Dispose();
            claim.Dispose();
            files.Dispose();
            throw new ReplicaStartException(ReplicaStartCodes.RootUnreadable, $"'{options.Root}/.sync' of share '{options.Share}' cannot be written ({error}). Mend its permissions or free space; it is tried again.");
        }

        if (!options.AcceptRoot && EntryCodec.Int64(store.GetValue("cursor")) > 0 && ReplicaMark.Parse(store.GetValue("mark")) is not null && new MarkFile(files).Read() is null)
        {
            versions!.Dispose();
            store.Dispose();
            claim.Dispose();
            files.Dispose();
            throw new ReplicaStartException(ReplicaStartCodes.RootChanged, $"'{options.Root}' is not the directory that was synced as share '{options.Share}' (its '.sync' is missing or emptied). Mount or restore it, and it goes on; if it is meant, 'resume --force' compares everything by content.");
        }

        var root = new EntryId(EntryCodec.Int64(store.GetValue("root")) is var id and > 0 ? id : EntryId.Root.Value);
        try
        {
            return new Replica(options, isHost, root, files, claim, store, versions!, policy, staged, small, connect);
        }
        catch (Exception e)
        {
            // What it holds would keep the next try out.
            versions!.Dispose();
            store.Dispose();
            claim.Dispose();
            files.Dispose();
            if (e is not IOException) throw;
            throw new ReplicaStartException(ReplicaStartCodes.IndexUnusable, $"The index of share '{options.Share}' in '{options.DataDirectory}' cannot be written: {e.Message}", e);
        }
    }

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

    /// <summary>Reads the index. Returns true if there is none to speak of.</summary>
    private bool Load()
    {
        var loaded = new List<Node>();
        // What is void, or stands otherwise in the log of what has happened since.
        var unread = new List<long>();
        var broken = _store.WasReset;
        _epoch = (ulong)EntryCodec.Int64(_store.GetValue("epoch"));
        var mark = ReplicaMark.Parse(_store.GetValue("mark"));
        var onDisk = _markFile.Read();
        var age = ReplicaMark.Compare(mark, onDisk);
        // An index that is older than its directory is still a common ancestor of what is here and what is there. One that is newer is none: what
        // was agreed is void, and everything is compared by content.
        var isVoid = broken || age is MarkAge.DirectoryIsOlder or MarkAge.Unrelated;
        IsBehindDirectory = !isVoid && age == MarkAge.IndexIsOlder;
        var recent = new RecentState();
        try
        {
            if (mark is not null && !isVoid && !IsBehindDirectory)
            {
                recent = ReadRecent(mark);
                _isAsKilled = _recentLog is not null;
            }

            _store.Load((key, bytes) =>
            {
                if (isVoid || recent.Nodes.ContainsKey(key))
                {
                    unread.Add(key);
                    return;
                }

                if (key == Trees.Root.Id.Value) throw new StoreCorruptException("It has a record of the root.");
                var (synced, local, stamp, remote) = NodeCodec.Read(bytes.Span);
                loaded.Add(Trees.Load(new EntryId(key), synced, local, stamp, remote));
            });
        }
        catch (StoreCorruptException e)
        {
            _context.Log.LogNotice(Share, $"the index cannot be read ({e.Message}): everything is compared by content");
            unread.AddRange(loaded.ConvertAll(node => node.Id.Value));
            foreach (var node in loaded) Trees.Load(node.Id, null, null, default, null);
            loaded.Clear();
            recent = new RecentState();
            isVoid = true;
        }

        var unsaved = new List<Node>();
        foreach (var (key, state) in recent.Nodes)
            if (state?.Agreed() is { } known) unsaved.Add(Trees.Load(new EntryId(key), known.Synced, known.Local, known.Stamp, known.Remote));
        loaded.AddRange(unsaved);

        if (broken || (mark is null && onDisk is not null)) _context.Log.LogNotice(Share, "the index is lost: everything is compared by content");
        else if (age == MarkAge.DirectoryIsOlder) _context.Log.LogNotice(Share, $"'{_options.Root}' was rolled back to an earlier time than the index: everything is compared by content");
        else if (IsBehindDirectory) _context.Log.LogNotice(Share, $"the index is older than '{_options.Root}' (a restored backup): what has changed since is looked for");
        else if (isVoid && mark is not null) _context.Log.LogNotice(Share, $"'{_options.Root}' is not the directory that the index tells of: everything is compared by content");

        // An index that contradicts itself is believed in nothing about what does not fit.
        unsaved.AddRange(Trees.Link(loaded));
        if (isVoid)
        {
            _epoch = 0;
            Reconciler.Planner.Committed = Revision.Zero;
            WriteMark(ReplicaMark.NewLife(null, _options.Machine), unread);
        }
        else
        {
            Reconciler.Planner.Committed = new Revision(EntryCodec.Int64(_store.GetValue("cursor")));
            if (recent.Followed is { } followed) (Reconciler.Planner.Committed, _epoch) = followed;
            WriteMark(ReplicaMark.NewLife(IsBehindDirectory ? onDisk : mark, _options.Machine), null);
        }

        // What is as the index has it need not be written again: of a million files that takes longer than all else.
        foreach (var node in Trees.All)
            if (node != Trees.Root) Note(node);
        foreach (var node in unsaved) OnNodeChanged(node);
        _index.Epoch = _recent.Epoch = _epoch;
        Restore(recent);
        var running = new byte[BootIdLength];
        BitConverter.TryWriteBytes(running, _options.Machine.BootId ?? default);
        var former = _store.GetValue("running");
        _unclean = former is not null;
        _mayBeTorn = former is not null && (_options.Machine.BootId is null || !former.AsSpan().SequenceEqual(running));
        _isAsKilled &= _unclean && !_mayBeTorn && !isVoid;
        if (_store.GetValue("name") is { } name) ReplicaName = System.Text.Encoding.UTF8.GetString(name);
        // As long as it has not been in sync since: a kill meanwhile changes nothing.
        _store.Commit([], [new("running", _mayBeTorn ? former : running)]);
        // Nothing here yet: what comes may be placed before the first look has ended. What is here already must be known first, and so must what a former life made:
        // it would be taken for deleted.
        _isJoining = loaded.Count == 0 || isVoid;
        _hasFormerLife = mark is not null && !isVoid;
        return loaded.Count == 0 && recent.Sent.Count == 0 && (_isHost ? !_hasFormerLife : IsEmpty());
    }

    /// <summary>What has happened since the index was saved; nothing, where it cannot be read: a kill then costs conflict copies, no more.</summary>
    private RecentState ReadRecent(ReplicaMark mark)
    {
        try
        {
            return _recentLog is null ? new RecentState() : RecentRecords.Read(_recentLog.Read(mark.Life, mark.Count));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or StoreCorruptException)
        {
            _context.Log.LogNotice(Share, $"what happened after the last save of the index cannot be read: {e.Message}");
            return new RecentState();
        }
    }

    /// <summary>The end of the former life, from its last save of the index on.</summary>
    private void Restore(RecentState recent)
    {
        foreach (var (key, state) in recent.Nodes)
        {
            if (state is null || Trees.Find(new EntryId(key)) is not { } node) continue;
            node.Applied = state.Applied;
            if (!state.IsTentative) continue;
            Reconciler.RestoreTentative(node, state.Committed);
            _isInDoubt = true;
        }

        foreach (var sent in recent.Sent.Values) Reconciler.RestoreSent(sent);
        foreach (var (path, entry) in recent.Placing) Reconciler.RestorePlacing(path, entry);
        _recent.Begin(_index.Life!);
        foreach (var key in recent.Nodes.Keys)
        {
            // The index says nothing of it yet.
            if (Trees.Find(new EntryId(key)) is { } node) _recent.Mark(node);
            else Drop(new EntryId(key));
        }

        _recent.EndTurn();
    }

    private void Drop(EntryId id)
    {
        _index.Drop(id);
        _recent.Drop(id);
    }

    private bool IsEmpty()
    {
        var items = new List<DirectoryItem>();
        return _context.Files.List("", items) == FsError.None && items.TrueForAll(i => i.Name == ".sync");
    }

    /// <summary>A new mark with each start: written to the directory first, so that after a stop in between the index is seen to be the older one.</summary>
    private void WriteMark(ReplicaMark mark, List<long>? drop)
    {
        if (_markFile.Write(mark) is var error and not FsError.None) _context.Log.LogNotice(Share, $"'{_options.Root}/{MarkFile.Path}' cannot be written ({error}): the next start compares everything by content");
        var values = new List<KeyValuePair<string, byte[]?>> { new("mark", mark.ToBytes()), new("root", EntryCodec.Int64(Trees.Root.Id.Value)) };
        if (drop is not null)
        {
            values.Add(new("cursor", EntryCodec.Int64(0)));
            values.Add(new("epoch", EntryCodec.Int64(0)));
        }

        _store.Commit(drop?.ConvertAll(key => new KeyValuePair<long, ReadOnlyMemory<byte>?>(key, null)) ?? [], values);
        _index.Life = mark;
    }

    /// <summary>What an unclean stop left in staging: verified contents are taken up again, parts are resumed, the rest goes to the version store.</summary>
    private void SweepStaging()
    {
        // Parts of contents that the journal still has are resumed; others are of no use.
        _context.Staging.SweepParts(content => Trees.All.Any(n => n.IsRemote && n.Remote!.Content == content), _context.NowNs - PartsKeptNs);
        var items = new List<DirectoryItem>();
        _context.Files.List(PrivateDirectory.Staging, items);
        foreach (var item in items)
        {
            if (item.Name is null || item.Name.StartsWith("p-", StringComparison.Ordinal)) continue;
            var path = $"{PrivateDirectory.Staging}/{item.Name}";
            if (DisplacedName.EntryOf(item.Name) is { } placed) _cutShort.Take(path, placed, item.Stat, _isAsKilled);
            else if (item.Stat.Kind == EntryKind.Directory) _context.Files.RemoveDirectory(path);
            else if (item.Name.StartsWith("c-", StringComparison.Ordinal) && ContentId.TryParse(item.Name[2..].Split('.')[0], out var content))
            {
                var target = $"{PrivateDirectory.Staging}/c-{content}";
                var reading = FileReading.Of(_context.Files, path, _stopping.Token);
                if (reading.Manifest?.Id == content && (path == target || _context.Files.Rename(path, target, RenameMode.Replace) == FsError.None)) _staged.Add(content, target);
                // What stands there under a name of ours may have been displaced by an exchange a moment before the stop.
                else _applier.Keep(path, "(staged)/" + item.Name, item.Stat, "swept");
            }
            else _applier.Keep(path, "(staged)/" + item.Name, item.Stat, "swept");
        }

        items.Clear();
        if (_context.Files.List(PrivateDirectory.Displaced, items) != FsError.None) return;
        foreach (var item in items)
        {
            if (item.Name is null) continue;
            var path = $"{PrivateDirectory.Displaced}/{item.Name}";
            if (DisplacedName.EntryOf(item.Name) is { } placed) _cutShort.Take(path, placed, item.Stat, _isAsKilled);
            else _applier.Keep(path, "(displaced)/" + item.Name, item.Stat, "swept");
        }
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

    private bool CanPlan => _halt is null && !_paused && !_hostPaused && !_isInDoubt && (_observer.HasScanned || _fresh);

    private void EndTurn()
    {
        _observer.EndTurn();
        if (_halt is not null || _paused || _hostPaused) _filler.Interrupt();
        var wasHeld = _filler.HoldsPlanning;
        if (CanPlan) _filler.EndTurn();
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
    /// power loss tore. It goes to the version store and is fetched again, and is never taken for an edit.</summary>
    private static bool IsTorn(Node node) =>
        node is { Kind: EntryKind.File, Local: { } local, Remote: { Deleted: false } remote }
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
                foreach (var entry in (ReadOnlySpan<Entry?>)[node.Local, node.Remote])
                    if (entry is { Kind: EntryKind.File }) wanted.Add(entry.Content);
            _context.Apply.Run(() => _staged.Sweep(wanted, path => _context.Files.RemoveFile(path)));
        }

        _applier.TryLeftoversAgain();
        ScheduleStagingSweep();
    });

    private void Halt(string reason)
    {
        if (_halt == reason) return;
        _halt = reason;
        _context.Log.LogHalted(Share, reason);
        ScheduleStatus();
    }

    /// <summary>Waits for something that will come: not held by the policy, not left out, not stuck with a problem.</summary>
    private bool IsPending(Node node)
    {
        if (Trees.Find(node.Id) != node) return false;
        if (_heldDirectories.IsLookedInto(node)) return true;
        if (Reconciler.Held.Contains(node) || _stuck.Contains(node) || _outbox.Stuck.Contains(node) || node.Has(NodeFlags.Held) || node.Has(NodeFlags.Refused)) return false;
        if (Reconciler.Planner.Direction == SyncDirection.SendOnly && !IsMine(node)) return false;
        if (node is { Local: null, IsRemote: true }) return node.Has(NodeFlags.Applying) || !IsLeftOut(node);
        return !Reconciler.Planner.IsLeftover(node) && !(node.IsRemote ? GoesIntoStuck(node) : HoldsStuck(node));
    }

    /// <summary>It is here, elsewhere it has another place or none, and that cannot be had here for now.</summary>
    private bool StaysWhereItIs(Node node) => node.IsRemote ? _stuck.Contains(node) || GoesIntoStuck(node) : HoldsStuck(node);

    /// <summary>A directory that was deleted elsewhere, with something in it that cannot be put where it belongs now: it stays for that.</summary>
    private bool HoldsStuck(Node node) => node.Kind == EntryKind.Directory
        && Trees.LocalChildren(node).Any(child => child.IsRemote ? _stuck.Contains(child) || GoesIntoStuck(child) : HoldsStuck(child));

    /// <summary>Its new place is in a directory that is not here and cannot be placed: it stays where it is until then.</summary>
    private bool GoesIntoStuck(Node node)
    {
        for (var i = 0; i < 4096; i++)
        {
            if (Trees.Find(node.Remote!.Parent) is not { IsLocal: false, IsRemote: true } parent) return false;
            if (_stuck.Contains(parent)) return true;
            node = parent;
        }

        return false;
    }

    private bool IsMine(Node node) => Reconciler.Comparer.Difference(node.Synced, node.Local) != Facets.None;

    /// <summary>Ignored on this replica, or in something that is, or in something that cannot be placed.</summary>
    private bool IsLeftOut(Node node)
    {
        for (var i = 0; i < 4096; i++)
        {
            if (Trees.Find(node.Remote!.Parent) is not { } parent) return true;
            if (_stuck.Contains(parent)) return true;
            if (parent.IsLocal) return _observer.IsIgnored(parent, node) == true;
            if (!parent.IsRemote) return false;
            node = parent;
        }

        return true;
    }

    /// <inheritdoc/>
    public async ValueTask<ContentPlace?> LocateAsync(ContentId content, EntryId entry, CancellationToken cancel)
    {
        // A content that is being placed is for a moment neither in staging nor known at its place.
        for (var attempt = 0; ; attempt++)
        {
            var place = await Loop.CallAsync<ContentPlace?>(() => Locate(content, entry), cancel).ConfigureAwait(false);
            if (place is not null || attempt == LocateAttempts) return place;
            await Task.Delay(LocatePause(attempt), _options.Time, cancel).ConfigureAwait(false);
        }
    }

    public async ValueTask<ContentPlace?[]> LocateAllAsync(IReadOnlyList<ContentRequest> requests, CancellationToken cancel)
    {
        // Together: one after the other, what has been overtaken held up all that was asked for after it (a minute, where fifty files were saved while the host was down).
        var places = new ContentPlace?[requests.Count];
        for (var attempt = 0; ; attempt++)
        {
            var mayCome = await Loop.CallAsync(() =>
            {
                var lacks = false;
                for (var i = 0; i < places.Length; i++)
                {
                    places[i] ??= Locate(requests[i].Content, requests[i].Entry);
                    lacks |= places[i] is null && IsCurrent(requests[i]);
                }

                return lacks;
            }, cancel).ConfigureAwait(false);
            if (!mayCome || attempt == LocateAttempts) return places;
            await Task.Delay(LocatePause(attempt), _options.Time, cancel).ConfigureAwait(false);
        }
    }

    private bool IsCurrent(ContentRequest request) => Trees.Find(request.Entry) is { Remote: { Deleted: false } remote } && remote.Content == request.Content;

    /// <summary>Looks for a content that may be on its way from staging to its place, beside the first.</summary>
    private const int LocateAttempts = 8;

    private static TimeSpan LocatePause(int attempt) => TimeSpan.FromMilliseconds(5 << attempt);

    private ContentPlace? Locate(ContentId content, EntryId entry)
    {
        if ((_staged.Find(content) ?? _context.LiveCopies.Find(content)) is { } path) return new ContentPlace(path, null);
        var node = Trees.Find(entry);
        if (node?.Local?.Content != content) node = Trees.Contents.Find(content);
        if (node is not null) return new ContentPlace(Trees.LocalPath(node), node.Stamp);
        return _versions.FindContent(content) is { Kind: EntryKind.File } version ? new ContentPlace(VersionStore.PathOf(version.Id), null) : null;
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
        // What has been placed and agreed is written down before the end: the next start finds it so.
        var saved = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() => _index.WhenDurable(_ => saved.TrySetResult()));
        await Task.WhenAny(saved.Task, Task.Delay(TimeSpan.FromSeconds(10), _options.Time)).ConfigureAwait(false);
        Loop.Dispose();
        _bulkWork.Is(false);
        _indexWorker.Dispose();
        try
        {
            _store.Commit([], [new("running", null)]);
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
