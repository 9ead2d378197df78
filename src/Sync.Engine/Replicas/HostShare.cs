using System.Collections.Immutable;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Ignoring;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Scanning;
using Sync.Engine.Snapshots;
using Sync.Engine.Store;
using Sync.Engine.Tags;
using Sync.Engine.Transfer;

namespace Sync.Engine.Replicas;

/// <summary>A share on the host: the journal, the host's own replica of it, and the guests' sessions.</summary>
public sealed class HostShare : IHostShare
{
    /// <summary>How long a new session waits for the same guest's old one to end.</summary>
    private static readonly TimeSpan Handover = TimeSpan.FromSeconds(3);

    /// <summary>A second process of one identity that is still there after this time is a clone, not a restart.</summary>
    private static readonly TimeSpan CloneAfter = TimeSpan.FromSeconds(20);

    /// <summary>How long the end waits for the journal: a disk that is broken is not waited for.</summary>
    private static readonly TimeSpan LastCommit = TimeSpan.FromSeconds(5);

    /// <summary>Processes that were told to wait; more than these are no restarts.</summary>
    private const int MaxRefused = 1024;

    /// <summary>Visits of one guest at a time; each is told the whole share.</summary>
    private const int MaxVisits = 16;

    private const int PinAttempts = 3;
    private static readonly TimeSpan PinPause = TimeSpan.FromMilliseconds(20);

    private readonly ReplicaOptions _options;
    private readonly JournalKeeper _journal;
    private readonly Replica _replica;
    private readonly SmallContents _small = new(64 << 20);
    private readonly ShareTags _tags;
    private readonly PullServer _pulls;
    private readonly object _gate = new();
    private readonly Dictionary<ulong, long> _refusedSince = [];
    private readonly Dictionary<string, GuestGrant> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _left = new(StringComparer.Ordinal);
    private ImmutableList<GuestSession> _sessions = [];
    private volatile SharePolicy _policy;
    private IReadOnlyList<(IgnoreFile Pattern, ConflictPolicy Policy)> _conflictPatterns;
    private long _nextFlush = 1;
    private long _nextStaged;
    private int _guestsChanged;
    private bool _paused;
    private Task _caughtUp = Task.CompletedTask;

    /// <summary>What the directory had when the share was added is not in the journal yet: guests that have the same would send it for nothing. After a kill
    /// they may have what was told and not made durable: it is on this disk, or something newer is.</summary>
    private volatile bool _isLooking;

    private HostShare(ReplicaOptions options, SharePolicy policy)
    {
        _options = options;
        _policy = policy;
        _conflictPatterns = Patterns(policy);
        var log = options.Logging.CreateLogger("Sync.Engine.Journal");
        _replica = Replica.Open(options, isHost: true, policy, Staged, _small, Connect);
        IRecordStore? store = null;
        try
        {
            store = options.Machine.OpenStore(options.DataDirectory, "journal.db", log);
            _journal = new JournalKeeper(
                options.Share, store, PolicyFor, options.Time, MakeDurable, _replica.JournalTrouble, e => _replica.NoteDefect(log, e), options.Machine.NewLane, options.Machine.BootId, options.Changed, options.Machine);
        }
        catch (Exception e)
        {
            // What they hold would keep the next try out.
            store?.Dispose();
            _replica.Abandon();
            if (e is not (IOException or UnauthorizedAccessException)) throw;
            throw new ReplicaStartException(ReplicaStartCodes.IndexUnusable, $"The journal of share '{options.Share}' in '{options.DataDirectory}' cannot be opened: {e.Message}", e);
        }

        _tags = new ShareTags(
            _replica.Context.Files, new HostTagSource(_journal, _replica, _small), options.Time, KeptFree,
            (epoch, revision) => _journal.Loop.CallAsync(() => _journal.HasFollowed(epoch, revision)));
        _pulls = new PullServer(options.Share, _journal, _replica, _tags, options.Time, () => _isLooking);
        var growing = _replica.Context.Growing = new GrowingContents(TellsOfGrowing, TellGrowing) { Least = options.GrowingFrom };
        Sender = new ContentSender(_replica.Context.Files, _replica.Context.Manifests, _small, _replica) { Growing = growing };
        _replica.Decorate = status => status with { Guests = GuestList() };
        _replica.TrimSurroundings = _journal.Trim;
        _replica.ShareEntries(_journal.Tree.Find);
        _replica.AskGuest = AskGuest;
    }

    /// <summary>What tests look into.</summary>
    internal Trees.TreeSet Trees => _replica.Context.Trees;

    internal StagedContents Staged { get; } = new();

    internal ContentSender Sender { get; }

    /// <inheritdoc/>
    public string Share => _options.Share;

    /// <inheritdoc/>
    public string Root => _options.Root;

    /// <inheritdoc/>
    public IShareTags Tags => _tags;

    /// <inheritdoc/>
    public ReplicaStatus Status => _replica.Status;

    /// <summary>Opens a share and starts its replica.</summary>
    /// <exception cref="ReplicaStartException">It cannot run now; the message says why.</exception>
    public static async Task<IHostShare> OpenAsync(ReplicaOptions options, SharePolicy policy, CancellationToken cancel)
    {
        return await Task.Run(() =>
        {
            var share = new HostShare(options, policy);
            share._isLooking = share._journal.Committed == Revision.Zero || share._replica.WasKilled;
            share._journal.Loop.Start();
            share._replica.Start();
            if (share._isLooking) _ = share.LookFirstAsync();
            if (share._replica.IsBehindDirectory) share._caughtUp = share.SettleAsync(cancel: default);
            return share;
        }, cancel).ConfigureAwait(false);
    }

    private async Task LookFirstAsync()
    {
        try
        {
            await _replica.LookAsync(() => _journal.CommittedAsync(CancellationToken.None)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is FlushObstacleException or OperationCanceledException or ObjectDisposedException or LinkException)
        {
            // Paused, halted or ending: guests need not wait for it.
        }
        finally
        {
            // However it ended: a guest that waits for ever would be worse than one that sends too much.
            _isLooking = false;
            foreach (var session in _sessions) TellLooked(session);
        }
    }

    /// <summary>On any thread. Who has but a part of the share is not told of contents that may be elsewhere in it.</summary>
    private void TellGrowing(HostMessage.Growing growing)
    {
        foreach (var session in _sessions)
            if (IsToldOfGrowing(session)) session.Push(growing);
    }

    /// <summary>Whether what is read here is on its way to guests, and there are any. Where it waits, or stays here, nothing of it goes ahead.</summary>
    private bool TellsOfGrowing() =>
        !_paused && _policy.HostDirection is SyncDirection.TwoWay or SyncDirection.SendOnly && _replica.Status.State is ReplicaState.InSync or ReplicaState.Syncing && _sessions.Exists(IsToldOfGrowing);

    private static bool IsToldOfGrowing(GuestSession session) => session is { IsVisit: false, IsOfAll: true };

    private void TellLooked(GuestSession session) => session.Push(new HostMessage.Committed(_journal.Committed) { HasLooked = true });

    internal ContentReceiver NewReceiver() => new(_replica.Context.Files, _replica.Context.Staging, _replica.Context.Manifests, _small, _replica, long.MaxValue) { KeepsFree = KeptFree };

    /// <summary>What guests may not fill: the same that is kept free when files are placed.</summary>
    private long KeptFree(long total) => Math.Min(_policy.MinFreeBytes, total / 20);

    private static List<(IgnoreFile, ConflictPolicy)> Patterns(SharePolicy policy) =>
        [.. policy.ConflictPatterns.Select(p => (IgnoreFile.Parse(p.Key), p.Value))];

    private ConflictPolicy PolicyFor(string path)
    {
        for (var i = _conflictPatterns.Count - 1; i >= 0; i--)
            if (_conflictPatterns[i].Pattern.LastMatch(path, isDirectory: false) >= 0) return _conflictPatterns[i].Policy;
        return _policy.Conflicts;
    }

    private async ValueTask<IHostLink> Connect(Replica replica, SessionHello hello, CancellationToken cancel)
    {
        var (session, welcome) = await _journal.Loop.CallAsync(() =>
        {
            var (opened, kept, tellsAll) = _journal.Open(new Proposer("host", IsHost: true), EntryId.Root, hello.Epoch, hello.Cursor);
            return (opened, new HostMessage.Welcome(_journal.Epoch, kept is null, EntryId.Root, _journal.Committed, _policy, _policy.HostDirection, false, "host") { Kept = kept ?? default, TellsAll = tellsAll });
        }, cancel).ConfigureAwait(false);
        return new LocalLink(_journal, session, new SessionPump(_journal, session, welcome));
    }

    /// <summary>On the journal's committer: what a revision stands on must survive power loss before it is acknowledged.</summary>
    private FsError MakeDurable(IReadOnlyList<Entry> entries, IReadOnlyList<string>? paths)
    {
        var files = _replica.Context.Files;
        if (entries.All(e => e.Deleted)) return FsError.None;
        if (paths is null) return files.SyncAll();
        for (var i = 0; i < entries.Count; i++)
        {
            if (entries[i].Deleted) continue;
            if (entries[i].Kind != EntryKind.File) return files.SyncAll();
            if (IsDurableAside(entries[i].Content)) continue;
            // On its way from staging to its place, where another may still stand: that one's sync would say nothing of it.
            if (!entries[i].ByHost && !(files.Stat(paths[i], out var stat) == FsError.None && stat.Stamp.Size == entries[i].Size && stat.Stamp.MtimeNs == entries[i].MtimeNs)) return files.SyncAll();
            if (files.Sync(paths[i]) != FsError.None) return files.SyncAll();
        }

        return FsError.None;
    }

    private bool IsDurableAside(ContentId content)
    {
        var files = _replica.Context.Files;
        var (staged, copied) = (Staged.Find(content), _replica.Context.LiveCopies.Find(content));
        if ((staged ?? copied) is not { } path || files.Sync(path) != FsError.None || files.Sync(PrivateDirectory.Staging) != FsError.None) return false;
        // RACE: if it was taken to its place meanwhile, what it was exchanged with may stand here, and was synced in its stead, and power loss would leave its bytes nowhere.
        return (Staged.Find(content), _replica.Context.LiveCopies.Find(content)) == (staged, copied);
    }

    /// <summary>Puts a small content into staging, where it stays until it is placed.</summary>
    internal bool Store(ContentId content, ReadOnlyMemory<byte> bytes)
    {
        var files = _replica.Context.Files;
        _small.Add(content, bytes.ToArray());
        if (Staged.Find(content) is not null) return true;
        if (files.Space(out var free, out var total) == FsError.None && free < KeptFree(total)) return false;
        var path = $"{PrivateDirectory.Staging}/i-{Interlocked.Increment(ref _nextStaged).ToString(System.Globalization.CultureInfo.InvariantCulture)}-{Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        if (files.Create(path, out var file) != FsError.None) return false;
        FsError error;
        using (file)
        {
            error = file!.Write(0, bytes.Span);
            file.BeginWriteBack();
        }

        var target = $"{PrivateDirectory.Staging}/c-{content}";
        if (error == FsError.None) error = files.Rename(path, target, RenameMode.Replace);
        if (error != FsError.None)
        {
            files.RemoveFile(path);
            return false;
        }

        Staged.Add(content, target);
        return true;
    }

    /// <summary>Sees to it that a content which the host is thought to have stands in staging, so that it is there when it is placed.</summary>
    internal async ValueTask<bool> PinAsync(Entry entry, CancellationToken cancel)
    {
        // Files that change names hand their bytes on: where they are found may be old by the time they are read.
        for (var attempt = 0; attempt < PinAttempts; attempt++)
        {
            if (attempt > 0) await Task.Delay(PinPause * attempt, _options.Time, cancel).ConfigureAwait(false);
            if (await TryPinAsync(entry, cancel).ConfigureAwait(false) is { } isPinned) return isPinned;
        }

        return false;
    }

    /// <summary>Whether it stands in staging now; null: it was not where it was found.</summary>
    private async ValueTask<bool?> TryPinAsync(Entry entry, CancellationToken cancel)
    {
        if (Staged.Find(entry.Content) is { } staged)
        {
            // Those who follow are told the size before they have the bytes.
            if (_replica.Context.Files.Stat(staged, out var stat) == FsError.None && stat.Stamp.Size != entry.Size) throw WrongSize();
            return true;
        }

        if (_small.Find(entry.Content) is { } bytes) return bytes.Length == entry.Size ? Store(entry.Content, bytes) : throw WrongSize();
        if (await _replica.LocateAsync(entry.Content, entry.Id, cancel).ConfigureAwait(false) is not { } place) return false;
        var target = $"{PrivateDirectory.Staging}/c-{entry.Content}";
        if (place.Path == target) return true;
        return await Task.Run<bool?>(() =>
        {
            var files = _replica.Context.Files;
            var path = $"{PrivateDirectory.Staging}/i-{Interlocked.Increment(ref _nextStaged).ToString(System.Globalization.CultureInfo.InvariantCulture)}-{Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
            if (files.OpenRead(place.Path, out var source) != FsError.None) return null;
            using (source)
            {
                if (files.Create(path, out var file) != FsError.None) return false;
                using (file)
                {
                    if (file!.CopyFrom(source!, 0, 0, entry.Size) != FsError.None || file.WriteBack() != FsError.None)
                    {
                        files.RemoveFile(path);
                        return false;
                    }
                }
            }

            var reading = FileReading.Of(files, path, cancel);
            var isIt = reading.Manifest?.Id == entry.Content;
            if (!isIt || files.Rename(path, target, RenameMode.Replace) != FsError.None)
            {
                files.RemoveFile(path);
                return isIt ? false : null;
            }

            Staged.Add(entry.Content, target);
            return true;
        }, cancel).ConfigureAwait(false);
    }

    private static LinkException WrongSize() => new(LinkFailure.Protocol, "A content is not as long as its entry says.");

    internal Task<(Revision UpTo, IReadOnlyList<Problem> Problems)> SettleAsync(CancellationToken cancel) =>
        _replica.SettleAsync(() => _journal.CommittedAsync(cancel), cancel);

    /// <summary>How long what has landed had taken by then, the way of the guest's word included; null: when it was saved is not known any more.</summary>
    internal TimeSpan? SinceSave(Landing landing) =>
        landing.Ago <= Landing.Oldest && _journal.Saves.Of(landing.Revision) is { } savedNs ? TimeSpan.FromTicks((_replica.Context.NowNs - savedNs) / 100) - landing.Ago : null;

    internal void CountReceived(long bytes) => _replica.Context.CountReceived(bytes);

    internal async IAsyncEnumerable<ContentFrame> CountSent(IAsyncEnumerable<ContentFrame> frames)
    {
        await foreach (var frame in frames.ConfigureAwait(false))
        {
            _replica.Context.CountSent(Fetcher.LengthOf(frame));
            yield return frame;
        }
    }

    /// <summary>On the replica's loop. Each guest is asked in turn, and the round is made twice: a guest may be slow to have what it was told of.</summary>
    private bool? AskGuest(Entry entry, int turn)
    {
        var able = _sessions.FindAll(s => !s.Grant.ReadOnly && !s.IsVisit);
        if (able.Count == 0) return null;
        able[turn % able.Count].Push(new HostMessage.ContentWanted(entry.Id, entry.Content));
        return turn < 2 * able.Count;
    }

    /// <summary>However often it is called: one look at them is under way, and comes after the last call.</summary>
    internal void GuestsChanged()
    {
        if (Interlocked.Exchange(ref _guestsChanged, 1) == 1) return;
        _replica.Context.Loop.Post(() =>
        {
            Volatile.Write(ref _guestsChanged, 0);
            _replica.PublishStatusSoon();
        });
    }

    internal void Forget(GuestSession session)
    {
        ImmutableInterlocked.Update(ref _sessions, list => list.Remove(session));
        if (session.Grant.IsEphemeral)
        {
            // In the gate: a session that is just beginning is listed only after this guest is known again.
            lock (_gate)
                if (!_sessions.Exists(s => s.Grant.Fingerprint == session.Grant.Fingerprint)) _known.Remove(session.Grant.Fingerprint);
        }
        else
        {
            lock (_gate) _left[session.Grant.Fingerprint] = _options.Time.GetUtcNow();
        }

        GuestsChanged();
    }

    private List<GuestStatus> GuestList()
    {
        var sessions = new Dictionary<string, GuestSession>();
        foreach (var session in _sessions.OrderBy(s => s.IsVisit)) sessions.TryAdd(session.Grant.Fingerprint, session);
        var list = new List<GuestStatus>();
        lock (_gate)
        {
            foreach (var grant in _known.Values)
            {
                var session = sessions.GetValueOrDefault(grant.Fingerprint);
                var applied = session?.LastApplied;
                list.Add(new GuestStatus(grant.Name, grant.Fingerprint, session is not null, applied?.Revision ?? default, applied?.PendingEntries ?? 0, applied?.PendingBytes ?? 0, applied?.Problems ?? [])
                {
                    RoundTrip = session?.RoundTrip is { Ticks: > 0 } trip ? trip : null,
                    SaveLatency = session?.SaveLatency,
                    IsVisit = session?.IsVisit ?? false,
                    LastSeen = session is null && _left.TryGetValue(grant.Fingerprint, out var left) ? left : null,
                });
            }
        }

        return list;
    }

    /// <inheritdoc/>
    public async ValueTask<IGuestSession> OpenSessionAsync(GuestGrant grant, SessionHello hello, CancellationToken cancel)
    {
        // Before anything is waited for: the guest has just said what its clock shows.
        var nowNs = (_options.Time.GetUtcNow().UtcDateTime - DateTime.UnixEpoch).Ticks * 100;

        // After a restore the journal is older than this disk: what the disk has is told to the journal first, or guests that have it too would
        // be in conflict with what was restored.
        if (_caughtUp.IsFaulted) _caughtUp = SettleAsync(cancel: default);
        if (!_caughtUp.IsCompleted)
            throw new LinkException(LinkFailure.Unavailable, $"The host's data was restored from a backup, and it looks at share '{Share}' first. This goes on by itself.");
        if (hello.IsVisit)
        {
            if (_sessions.Count(s => s.IsVisit && s.Grant.Fingerprint == grant.Fingerprint) >= MaxVisits)
                throw new LinkException(LinkFailure.Unavailable, $"Guest '{grant.Name}' does too much at once on share '{Share}': try again when some of it has ended.");
        }
        else if (FollowerOf(grant.Fingerprint) is { } old)
        {
            if (old.Process == hello.Process) old.End(new LinkException(LinkFailure.Unreachable, "The guest connected anew."));
            await Task.WhenAny(old.Ended.Task, Task.Delay(Handover, _options.Time, cancel)).ConfigureAwait(false);
            if (!old.Ended.Task.IsCompleted)
            {
                lock (_gate)
                {
                    var now = _options.Time.GetTimestamp();
                    if (_refusedSince.Count >= MaxRefused) _refusedSince.Clear();
                    if (!_refusedSince.TryGetValue(hello.Process, out var since)) _refusedSince[hello.Process] = since = now;
                    if (_options.Time.GetElapsedTime(since, now) > CloneAfter)
                        throw new LinkException(LinkFailure.Duplicate, $"Guest '{grant.Name}' is connected from another process: this one is a copy of it. Stop it, remove its data directory (or choose another with --data), and join anew with an invite of its own.");
                }

                throw new LinkException(LinkFailure.Unavailable, $"Guest '{grant.Name}' is still connected from another process. If that one has ended, this goes on within {CloneAfter.TotalSeconds:0} s.");
            }
        }

        lock (_gate)
        {
            _refusedSince.Remove(hello.Process);
            if (!grant.IsEphemeral) _known[grant.Fingerprint] = grant;
        }

        var policy = _policy;
        var direction = grant.Direction ?? policy.GuestDirection;
        var saysLooking = _isLooking;
        var opened = await _journal.Loop.CallAsync(() =>
        {
            var root = EntryId.Root;
            if (hello.SubPath.Length > 0)
            {
                if (_journal.Tree.FindPath(hello.SubPath) is not { Kind: EntryKind.Directory } part)
                    throw new LinkException(LinkFailure.NoSuchShare, $"There is no directory '{hello.SubPath}' in share '{Share}'. Make it on the host, or join another part.");
                root = part.Id;
            }

            // A direction binds those too who do not keep to it.
            var proposer = new Proposer(grant.Name, IsHost: false, grant.ReadOnly || direction is SyncDirection.ReceiveOnly or SyncDirection.Mirror, hello.ClockNs == 0 ? 0 : nowNs - hello.ClockNs, grant.Conflicts, root);
            var (session, kept, tellsAll) = _journal.Open(proposer, root, hello.Epoch, hello.Cursor, hello.TakesPatches);
            var welcome = new HostMessage.Welcome(_journal.Epoch, kept is null, root, _journal.Committed, policy, direction, grant.ReadOnly, grant.Name) { Kept = kept ?? default, TellsAll = tellsAll, IsLooking = saysLooking, KeptDisk = _journal.KeptDisk(hello.Epoch) };
            var pump = new SessionPump(_journal, session, welcome);
            return new GuestSession(this, _journal, session, pump, grant, hello.Process) { IsVisit = hello.IsVisit };
        }, cancel).ConfigureAwait(false);
        lock (_gate)
        {
            ImmutableInterlocked.Update(ref _sessions, list => list.Add(opened));
            // Known for as long as there is a session: one that was refused leaves nothing.
            if (grant.IsEphemeral) _known[grant.Fingerprint] = grant;
        }

        // The look may have ended, the policy may have changed before the session was among those that are told.
        if (saysLooking && !_isLooking) TellLooked(opened);
        if (!ReferenceEquals(policy, _policy)) TellPolicy(opened, _policy, policy);
        if (_paused) opened.Push(new HostMessage.Paused(true));
        _replica.RetryLacking();
        GuestsChanged();
        return opened;
    }

    /// <summary>The session in which a guest follows the share: there is one at most.</summary>
    private GuestSession? FollowerOf(string fingerprint) => _sessions.Find(s => !s.IsVisit && s.Grant.Fingerprint == fingerprint);

    /// <inheritdoc/>
    public ValueTask<IPullSource> OpenPullAsync(GuestGrant grant, PullRequest request, CancellationToken cancel) => _pulls.OpenAsync(grant, request, cancel);

    /// <inheritdoc/>
    public Task<bool> HasDirectoryAsync(string path, CancellationToken cancel) =>
        _journal.Loop.CallAsync(() => _journal.Tree.FindPath(path) is { Kind: EntryKind.Directory }, cancel);

    /// <inheritdoc/>
    public Task RevokeAsync(string fingerprint, CancellationToken cancel)
    {
        foreach (var session in _sessions.Where(s => s.Grant.Fingerprint == fingerprint))
            session.End(new LinkException(LinkFailure.NotAllowed, $"The host has revoked this guest's rights to '{Share}'. Ask for a new invite and join again."));
        _pulls.Revoke(fingerprint);
        lock (_gate)
        {
            _known.Remove(fingerprint);
            _left.Remove(fingerprint);
        }

        GuestsChanged();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Reconnect(string fingerprint)
    {
        foreach (var session in _sessions.Where(s => s.Grant.Fingerprint == fingerprint)) Renew(session);
    }

    private static void Renew(GuestSession session) =>
        session.End(new LinkException(LinkFailure.Unavailable, "The guest's rights or direction have changed: it connects anew."));

    private static void TellPolicy(GuestSession session, SharePolicy policy, SharePolicy before)
    {
        session.Push(new HostMessage.PolicyChanged(policy, session.Grant.Direction ?? policy.GuestDirection, session.Grant.ReadOnly));
        if (policy.GuestDirection != before.GuestDirection) Renew(session);
    }

    /// <inheritdoc/>
    public async Task SetPolicyAsync(SharePolicy policy, CancellationToken cancel)
    {
        var before = await _journal.Loop.CallAsync(() =>
        {
            var replaced = _policy;
            _policy = policy;
            _conflictPatterns = Patterns(policy);
            return replaced;
        }, cancel).ConfigureAwait(false);
        foreach (var session in _sessions) TellPolicy(session, policy, before);
        await _replica.ApplyPolicyAsync(policy, policy.HostDirection, cancel).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, FlushResult>> FlushGuestsAsync(string? guestName, TimeSpan timeout, FlushScope scope, CancellationToken cancel)
    {
        var results = new Dictionary<string, FlushResult>(StringComparer.Ordinal);
        GuestGrant[] known;
        lock (_gate) known = [.. _known.Values.Where(g => guestName is null ? !g.IsEphemeral : g.Name == guestName)];
        await Task.WhenAll(known.Select(async grant =>
        {
            var result = await FlushGuestAsync(grant, timeout, scope, cancel).ConfigureAwait(false);
            lock (results) results[grant.Name] = result;
        })).ConfigureAwait(false);
        return results;
    }

    private async Task<FlushResult> FlushGuestAsync(GuestGrant grant, TimeSpan timeout, FlushScope scope, CancellationToken cancel)
    {
        var started = _options.Time.GetTimestamp();
        if (FollowerOf(grant.Fingerprint) is not { } session)
            return new FlushResult(FlushOutcome.Disconnected, $"guest '{grant.Name}' is not connected", [], TimeSpan.Zero);
        var id = Interlocked.Increment(ref _nextFlush);
        var waiting = new TaskCompletionSource<GuestMessage.FlushDone>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (session.Flushes) session.Flushes[id] = waiting;
        session.Push(new HostMessage.FlushAsked(id, scope, timeout));
        try
        {
            var done = await waiting.Task.WaitAsync(timeout, _options.Time, cancel).ConfigureAwait(false);
            return new FlushResult(done.Outcome, done.Outcome is FlushOutcome.Complete ? null : done.Reason ?? "not all is in sync", done.Problems, _options.Time.GetElapsedTime(started));
        }
        catch (TimeoutException)
        {
            return new FlushResult(FlushOutcome.TimedOut, $"guest '{grant.Name}' was not done within {timeout.TotalSeconds:0.#} s", [], timeout);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new FlushResult(FlushOutcome.Disconnected, $"guest '{grant.Name}' has gone", [], _options.Time.GetElapsedTime(started));
        }
    }

    /// <inheritdoc/>
    public Task<ReplicaStatus> StatusNowAsync(CancellationToken cancel) => _replica.StatusNowAsync(cancel);

    /// <inheritdoc/>
    public Task StatusChangedAsync(ReplicaStatus since, CancellationToken cancel) => _replica.StatusChangedAsync(since, cancel);

    /// <inheritdoc/>
    public Task<FlushResult> FlushAsync(TimeSpan timeout, FlushScope scope, CancellationToken cancel) => _replica.FlushAsync(timeout, scope, cancel);

    /// <inheritdoc/>
    public async Task PauseAsync(CancellationToken cancel)
    {
        _paused = true;
        await _replica.PauseAsync(cancel).ConfigureAwait(false);
        foreach (var session in _sessions) session.Push(new HostMessage.Paused(true));
    }

    /// <inheritdoc/>
    public async Task ResumeAsync(bool force, CancellationToken cancel)
    {
        _paused = false;
        await _replica.ResumeAsync(force, cancel).ConfigureAwait(false);
        foreach (var session in _sessions) session.Push(new HostMessage.Paused(false));
    }

    /// <inheritdoc/>
    public Task<int> RevertAsync(CancellationToken cancel) => _replica.RevertAsync(cancel);

    /// <inheritdoc/>
    public Task<VerifyResult> VerifyAsync(bool deep, IProgress<VerifyProgress>? progress, CancellationToken cancel) => _replica.VerifyAsync(deep, progress, cancel);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Conflict>> ConflictsAsync(CancellationToken cancel) => _replica.ConflictsAsync(cancel);

    /// <inheritdoc/>
    public Task<int> ResolveAsync(string keep, string? path, CancellationToken cancel) => _replica.ResolveAsync(keep, path, cancel);

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredVersion>> VersionsAsync(string? path, CancellationToken cancel) => _replica.VersionsAsync(path, cancel);

    /// <inheritdoc/>
    public Task<string> RestoreAsync(string versionId, string? targetPath, CancellationToken cancel) => _replica.RestoreAsync(versionId, targetPath, cancel);

    /// <inheritdoc/>
    public Task<IReadableFile> OpenFileAsync(string path, CancellationToken cancel) => _replica.OpenFileAsync(path, cancel);

    /// <inheritdoc/>
    public Task<IReadableFile> OpenVersionAsync(string versionId, CancellationToken cancel) => _replica.OpenVersionAsync(versionId, cancel);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var session in _sessions) session.End(new LinkException(LinkFailure.Unavailable, "The host is shutting down."));
        await _pulls.DisposeAsync().ConfigureAwait(false);
        // What guests were told stands.
        await ((Task)_journal.CommittedAsync(CancellationToken.None)).WaitAsync(LastCommit, _options.Time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _tags.DisposeAsync().ConfigureAwait(false);
        await _replica.DisposeAsync().ConfigureAwait(false);
        _journal.Dispose();
    }
}
