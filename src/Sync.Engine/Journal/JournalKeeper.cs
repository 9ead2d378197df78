using System.Buffers;
using Sync.Delta;
using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Machines;
using Sync.Engine.Model;
using Sync.Engine.Store;

namespace Sync.Engine.Journal;

/// <summary>
/// A share's journal: decides on proposals in order of arrival, tells every session at once (tentatively), makes it durable in groups, and
/// then tells that too. Sessions pull, so a slow one costs no memory: it is told from the recent batches, or, if it has fallen behind, from the tree.
/// </summary>
internal sealed class JournalKeeper : IDisposable
{
    /// <summary>Entries in one message.</summary>
    private const int SliceLength = 2048;

    private const long RecentBytes = 32 << 20;
    private const int RecentEntries = 200_000;

    /// <summary>New versions of small files that come along with their entries, in bytes without a pause: a save is there sooner than it is asked for,
    /// and of a tree that another is unpacked over patches are a third of the bytes.</summary>
    private const long FewVersions = 128 << 10;

    private static readonly TimeSpan VersionsEnd = TimeSpan.FromSeconds(1);

    private const int MaxEpochs = 1000;
    private const int FewPaths = 4;

    /// <summary>More than can be given between two commits.</summary>
    private const long IdsSkipped = 1 << 24;

    /// <summary>A commit that takes longer tells of a disk that is busy.</summary>
    private static readonly TimeSpan SlowCommit = TimeSpan.FromMilliseconds(8);

    /// <summary>While the disk is busy, a few changes of the host's own are made durable this much later, unless somebody waits for it: the guest is writing them at that very
    /// moment, and on a disk that both share the commit's flush holds it up (p50 12.7 ms instead of 5.8). Longer, and the file's next save waits for this one's commit.</summary>
    private static readonly TimeSpan OwnDelay = TimeSpan.FromMilliseconds(12);

    private readonly string _share;
    private readonly IRecordStore _store;
    private readonly TimeProvider _time;
    private readonly JournalTree _tree = new();
    private readonly Decider _decider;
    private readonly ChangeTeller? _teller;
    private readonly WorkerPool _committer;
    private readonly Func<IReadOnlyList<Entry>, IReadOnlyList<string>?, FsError> _makeDurable;
    private readonly Action<Exception?> _onFailure;
    private bool _isFailing;
    private readonly List<JournalSession> _sessions = [];
    private readonly LinkedList<Batch> _recent = new();
    private readonly Dictionary<long, Entry> _unsaved = [];
    private readonly List<(ulong Id, Revision Start)> _epochs = [];
    private readonly Horizon _horizon = new();
    private readonly List<(Revision Revision, TaskCompletionSource<Revision> Done)> _awaitingCommit = [];
    private long _recentBytes;
    private long _versionBytes;
    private long _versionsAt;
    private int _recentEntries;
    private readonly ITimer _ownDelay;
    private TimeSpan _lastCommit;
    private bool _isDelayed;
    private bool _isDue;
    private readonly UInt128? _boot;
    private readonly IMachine _machine;
    private ulong _bootBegan;
    private bool _committing;
    private Revision _settledAnswers;

    public JournalKeeper(
        string share, IRecordStore store, Func<string, ConflictPolicy> policyFor, TimeProvider time,
        Func<IReadOnlyList<Entry>, IReadOnlyList<string>?, FsError> makeDurable, Action<Exception?> onFailure, Action<Exception> onError,
        Func<string, int, Action<Action>?>? newLane = null, UInt128? boot = null, Action<ShareChange>? changed = null, IMachine? machine = null)
    {
        _share = share;
        _store = store;
        _time = time;
        _boot = boot;
        _machine = machine ?? LocalMachine.Instance;
        _makeDurable = makeDurable;
        _onFailure = onFailure;
        _decider = new Decider(_tree, policyFor);
        _teller = changed is null ? null : new ChangeTeller(_tree, time, changed);
        _committer = new WorkerPool($"{share} journal commit", 1, onError, lane: newLane?.Invoke("journal commit", 1));
        Loop = new ControlLoop($"{share} journal", EndTurn, onError, newLane?.Invoke("journal", 1));
        _ownDelay = time.CreateTimer(_ => Loop.Post(() => _isDue = true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        try
        {
            Load();
        }
        catch
        {
            _ownDelay.Dispose();
            _committer.Dispose();
            throw;
        }
    }

    public ControlLoop Loop { get; }

    /// <summary>This life of the journal.</summary>
    public ulong Epoch { get; private set; }

    public Revision Committed { get; private set; }

    public JournalTree Tree => _tree;

    public Revision Head => _decider.Head;

    /// <summary>When the latest contents were saved.</summary>
    public SaveTimes Saves { get; } = new();

    private void Load()
    {
        _store.Load((_, bytes) =>
        {
            var span = bytes.Span;
            var entry = EntryCodec.Read(ref span);
            _tree.Set(entry);
            _decider.Earlier.Read(ref span, entry.Id);
        });
        Committed = _decider.Head = new Revision(EntryCodec.Int64(_store.GetValue("head")));
        // Ids that were given away and never became durable may still be known somewhere: they are not given again.
        var next = EntryCodec.Int64(_store.GetValue("next"));
        _decider.NextId = next == 0 ? EntryId.Root.Value + 1 : next + IdsSkipped;
        if (_store.GetValue("epochs") is { } packed)
        {
            for (var i = 0; i + 16 <= packed.Length; i += 16)
                _epochs.Add((BitConverter.ToUInt64(packed, i), new Revision(BitConverter.ToInt64(packed, i + 8))));
        }

        _horizon.Read(_store.GetValue("horizon"));
        // Every start is a new epoch: a journal restored from a backup is told apart from the one that went on.
        Epoch = _machine.NextSecret() | 1;
        _epochs.Add((Epoch, Committed));
        if (_epochs.Count > MaxEpochs) _epochs.RemoveRange(0, _epochs.Count - MaxEpochs);
        var bytes = new byte[_epochs.Count * 16];
        for (var i = 0; i < _epochs.Count; i++)
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(i * 16), _epochs[i].Id);
            BitConverter.TryWriteBytes(bytes.AsSpan(i * 16 + 8), _epochs[i].Start.Value);
        }

        _store.Commit([], [new("epochs", bytes), new("boot", NoteBoot(_store.GetValue("boot")))]);
    }

    /// <summary>Since which epoch the machine has been running: 16 bytes of the <see cref="Files.BootId"/>, 8 of the epoch.</summary>
    private byte[]? NoteBoot(byte[]? before)
    {
        _bootBegan = Epoch;
        if (_boot is not { } boot) return null;
        if (before is { Length: 24 } && BitConverter.ToUInt128(before) == boot) _bootBegan = BitConverter.ToUInt64(before, 16);
        var bytes = new byte[24];
        BitConverter.TryWriteBytes(bytes, boot);
        BitConverter.TryWriteBytes(bytes.AsSpan(16), _bootBegan);
        return bytes;
    }

    /// <summary>Whether the machine has run on since an epoch: all that was on its disks then is there, or was changed by somebody.</summary>
    public bool KeptDisk(ulong epoch)
    {
        var began = _epochs.FindIndex(e => e.Id == _bootBegan);
        return _boot is not null && began >= 0 && _epochs.FindLastIndex(e => e.Id == epoch) >= began;
    }

    /// <summary>Whether a revision that was committed in an epoch is one of this very journal; on the loop.</summary>
    public bool HasFollowed(ulong epoch, Revision revision) => KeptOf(epoch, revision) is not null;

    /// <summary>The last revision of an epoch that became durable; null if a replica that followed it up to this revision has not followed
    /// this very journal.</summary>
    private Revision? KeptOf(ulong epoch, Revision cursor)
    {
        var i = _epochs.FindLastIndex(e => e.Id == epoch);
        if (i < 0) return null;
        var end = i + 1 < _epochs.Count ? _epochs[i + 1].Start : Head;
        return cursor <= end ? end : null;
    }

    /// <summary>Opens a session; on the loop.</summary>
    /// <returns>The session; what of the life that the replica followed became durable, null if it has to start anew; and whether it is told all
    /// that lives, because deletions since its cursor have been forgotten.</returns>
    public (JournalSession Session, Revision? Kept, bool TellsAll) Open(Proposer proposer, EntryId root, ulong epoch, Revision cursor, bool takesPatches = false)
    {
        var kept = KeptOf(epoch, cursor);
        var reset = kept is null || cursor < _horizon.Forgotten;
        var session = new JournalSession(proposer) { Root = root, TakesPatches = takesPatches, Sent = reset ? Revision.Zero : cursor };
        if (root != EntryId.Root && !reset)
            foreach (var entry in _tree.All)
                if (!entry.Deleted && entry.Revision <= cursor && _tree.IsWithin(entry.Id, root)) session.Visible.Add(entry.Id.Value);
        _sessions.Add(session);
        return (session, kept, reset);
    }

    /// <summary>Ends a session; on the loop.</summary>
    public void Close(JournalSession session)
    {
        session.Closed = true;
        _sessions.Remove(session);
        session.Waiting?.TrySetCanceled();
        session.Waiting = null;
    }

    /// <summary>The next messages for a session, when there are some.</summary>
    public Task<List<HostMessage>> PullAsync(JournalSession session)
    {
        var waiting = new TaskCompletionSource<List<HostMessage>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() =>
        {
            if (session.Closed)
            {
                waiting.TrySetCanceled();
                return;
            }

            session.Waiting = waiting;
            Serve(session);
        });
        return waiting.Task;
    }

    /// <summary>Sends a message to a session, after everything committed so far; on the loop.</summary>
    public void Push(JournalSession session, HostMessage message)
    {
        session.Pending.Enqueue((Committed, message));
        Serve(session);
    }

    /// <summary>Completes when everything decided before the call is durable.</summary>
    public async Task<Revision> CommittedAsync(CancellationToken cancel)
    {
        var done = new TaskCompletionSource<Revision>(TaskCreationOptions.RunContinuationsAsynchronously);
        Loop.Post(() =>
        {
            if (Committed >= Head) done.TrySetResult(Committed);
            else _awaitingCommit.Add((Head, done));
        });
        return await done.Task.WaitAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>Decides on a proposal; on the loop. Contents that the host lacks are named in <paramref name="missing"/>.</summary>
    public void Propose(JournalSession session, Proposal proposal, HashSet<ContentId>? missing, IReadOnlyList<KeyValuePair<ContentId, ReadOnlyMemory<byte>>> inline)
    {
        if (session.Closed) return;
        var before = Head;
        var changed = new List<Entry>();
        var outcomes = new List<Outcome>(proposal.Changes.Count);
        var now = _time.GetUtcNow();
        var firstNew = _decider.NextId;
        foreach (var change in proposal.Changes)
        {
            var brings = change.Facets.HasFlag(Facets.Content) || change.Entry.Id.IsProvisional;
            var count = changed.Count;
            var lacks = missing is not null && brings && !change.Entry.Deleted && missing.Contains(change.Entry.Content);
            outcomes.Add(lacks
                ? new Outcome(change.Entry.Id, EntryId.None, Verdict.NeedContent, Head)
                : _decider.Decide(session.Proposer, change, now, changed));
            if (brings)
            {
                for (; count < changed.Count; count++)
                    if (changed[count] is { Kind: EntryKind.File, Deleted: false } file && file.Content == change.Entry.Content) Saves.Note(file, (now.UtcDateTime - DateTime.UnixEpoch).Ticks * 100);
            }
        }

        if (changed.Count > 0)
        {
            foreach (var entry in changed) _unsaved[entry.Id.Value] = entry;
            _teller?.Tell(changed, session.Proposer, firstNew);
            Remember(new Batch(before, Head, changed, inline, New(proposal, inline), session));
            foreach (var outcome in outcomes)
                if (outcome.Id.Value >= firstNew) session.Withheld.Add(outcome.Id.Value);
        }

        if (!session.Proposer.IsHost) _isDue = true;
        session.Pending.Enqueue((Head, new HostMessage.Outcomes(proposal.Id, outcomes)));
        foreach (var other in _sessions.ToArray()) Serve(other);
    }

    /// <summary>What comes along without the new versions of files, where these have lately been many bytes: who has the old ones asks for patches.</summary>
    private IReadOnlyList<KeyValuePair<ContentId, ReadOnlyMemory<byte>>> New(Proposal proposal, IReadOnlyList<KeyValuePair<ContentId, ReadOnlyMemory<byte>>> inline)
    {
        if (inline.Count == 0) return inline;
        var later = proposal.Changes.Where(c => !c.Entry.Id.IsProvisional && c.Facets.HasFlag(Facets.Content) && c.Entry.Size >= PatchSums.WorthwhileLength)
            .Select(c => c.Entry.Content).ToHashSet();
        if (later.Count == 0) return inline;
        var now = _time.GetTimestamp();
        if (_time.GetElapsedTime(_versionsAt, now) > VersionsEnd) _versionBytes = 0;
        _versionsAt = now;
        _versionBytes += inline.Where(i => later.Contains(i.Key)).Sum(i => (long)i.Value.Length);
        return _versionBytes <= FewVersions ? inline : [.. inline.Where(i => !later.Contains(i.Key))];
    }

    private void Remember(Batch batch)
    {
        _recent.AddLast(batch);
        _recentBytes += batch.InlineBytes;
        _recentEntries += batch.Entries.Count;
        while (_recent.First is { } first && _recent.Count > 1 && (_recentBytes > RecentBytes || _recentEntries > RecentEntries))
        {
            _recentBytes -= first.Value.InlineBytes;
            _recentEntries -= first.Value.Entries.Count;
            _recent.RemoveFirst();
        }
    }

    private void Serve(JournalSession session)
    {
        if (session.Waiting is null || session.Closed) return;
        var messages = new List<HostMessage>();
        while (session.Sent < Head && messages.Count < 4) Advance(session, messages);
        if (session.Sent >= Committed) Settle(session, messages);
        if (messages.Count == 0) return;
        var waiting = session.Waiting;
        session.Waiting = null;
        waiting.TrySetResult(messages);
    }

    /// <summary>Outcomes go before the commit that they waited for: a guest whose cursor has passed a revision has been told all of it,
    /// also what it proposed itself. Whatever else was to follow the commit follows it.</summary>
    private void Settle(JournalSession session, List<HostMessage> messages)
    {
        var others = new List<HostMessage>();
        while (session.Pending.TryPeek(out var pending) && pending.After <= Committed)
        {
            if (pending.Message is HostMessage.Outcomes outcomes) messages.Add(Complete(session, outcomes));
            else others.Add(pending.Message);
            session.Pending.Dequeue();
        }

        if (session.SentCommitted < Committed)
        {
            session.SentCommitted = Committed;
            messages.Add(new HostMessage.Committed(Committed));
        }

        messages.AddRange(others);
    }

    private HostMessage.Outcomes Complete(JournalSession session, HostMessage.Outcomes outcomes)
    {
        var items = new List<Outcome>(outcomes.Items.Count);
        foreach (var item in outcomes.Items)
            items.Add(item.ProposedId.IsProvisional && session.Withheld.Remove(item.Id.Value) ? item with { Entry = _tree.Find(item.Id) } : item);
        return outcomes with { Items = items };
    }

    private void Advance(JournalSession session, List<HostMessage> messages)
    {
        if (session.CatchUp is null)
        {
            for (var node = _recent.First; node is not null; node = node.Next)
            {
                var batch = node.Value;
                if (batch.UpTo <= session.Sent) continue;
                if (batch.After > session.Sent) break;
                var fresh = batch.After == session.Sent ? batch.Entries : [.. batch.Entries.Where(e => e.Revision > session.Sent)];
                Add(session, messages, fresh, batch.Origin == session ? [] : session.TakesPatches ? batch.InlineNew : batch.Inline);
                session.Sent = batch.UpTo;
                return;
            }

            var behind = new List<Entry>();
            foreach (var entry in _tree.All)
                if (entry.Revision > session.Sent && entry.Id != EntryId.Root) behind.Add(entry);
            behind.Sort(static (a, b) => a.Revision.CompareTo(b.Revision));
            session.CatchUp = (behind, 0, Head);
        }

        var (entries, next, upTo) = session.CatchUp.Value;
        var slice = entries.GetRange(next, Math.Min(SliceLength, entries.Count - next));
        if (slice.Count > 0) Add(session, messages, slice, []);
        next += slice.Count;
        if (next < entries.Count)
        {
            session.CatchUp = (entries, next, upTo);
            // Within one revision nothing is told half.
            session.Sent = new Revision(Math.Max(session.Sent.Value, slice[^1].Revision.Value - 1));
            return;
        }

        session.CatchUp = null;
        session.Sent = upTo;
    }

    private void Add(JournalSession session, List<HostMessage> messages, IReadOnlyList<Entry> entries, IReadOnlyList<KeyValuePair<ContentId, ReadOnlyMemory<byte>>> inline)
    {
        if (session.Root != EntryId.Root) entries = InPart(session, entries);
        if (session.Withheld.Count > 0 && entries.Any(e => session.Withheld.Contains(e.Id.Value))) entries = [.. entries.Where(e => !session.Withheld.Contains(e.Id.Value))];
        if (entries.Count > 0) messages.Add(new HostMessage.Entries(entries, inline));
    }

    /// <summary>What a replica of a part of the share is told: what is in it, and the end of what has left it.</summary>
    private List<Entry> InPart(JournalSession session, IReadOnlyList<Entry> entries)
    {
        var told = new List<Entry>();
        foreach (var entry in entries)
        {
            if (entry.Id == session.Root) continue;
            if (_tree.IsWithin(entry.Id, session.Root)) Enter(entry);
            else Exit(entry);
        }

        return told;

        void Enter(Entry entry)
        {
            told.Add(entry);
            if (entry.Deleted)
            {
                session.Visible.Remove(entry.Id.Value);
                return;
            }

            if (!session.Visible.Add(entry.Id.Value) || entry.Kind != EntryKind.Directory) return;
            foreach (var child in _tree.Children(entry.Id))
                if (!session.Visible.Contains(child.Id.Value)) Enter(child);
        }

        void Exit(Entry entry)
        {
            if (session.Visible.Remove(entry.Id.Value)) told.Add(entry with { Deleted = true });
            if (entry.Kind == EntryKind.Directory)
                foreach (var child in _tree.Children(entry.Id)) Exit(child);
        }
    }

    /// <summary>What every session has been told is kept no longer: who comes anew is told from the tree.</summary>
    private void ForgetTold()
    {
        if (_recent.First is not { } oldest) return;
        var told = Head;
        foreach (var session in _sessions)
            if (session.Sent < told) told = session.Sent;
        for (; oldest is not null && oldest.Value.UpTo <= told; oldest = _recent.First)
        {
            _recentBytes -= oldest.Value.InlineBytes;
            _recentEntries -= oldest.Value.Entries.Count;
            _recent.RemoveFirst();
        }
    }

    /// <summary>Gives memory back, and calls back; on any thread.</summary>
    public void Trim(Action done) => Loop.Post(() =>
    {
        _unsaved.TrimExcess();
        _decider.Earlier.Trim();
        foreach (var session in _sessions) session.Trim();
        Loop.Trim();
        _committer.Run(() =>
        {
            _store.Trim();
            done();
        });
    });

    private void EndTurn()
    {
        ForgetTold();
        if (_committing || (_unsaved.Count == 0 && _settledAnswers >= Head)) return;
        var upTo = Head;
        if (_unsaved.Count == 0)
        {
            _settledAnswers = upTo;
            return;
        }

        if (IsEarly()) return;
        _isDue = _isDelayed = false;
        var entries = _unsaved.Values.ToArray();
        _unsaved.Clear();
        _committing = true;
        var next = _decider.NextId;
        var earlier = Array.ConvertAll(entries, e => _decider.Earlier.Of(e.Id));
        var (horizon, forgotten) = Forget(upTo);
        // Few are synced by name, many by the whole file system.
        var paths = entries.Length <= FewPaths ? Array.ConvertAll(entries, _tree.PathOf) : null;
        _committer.Run(() =>
        {
            var begun = _time.GetTimestamp();
            var error = Save(entries, earlier, paths, upTo, next, horizon, forgotten);
            var took = _time.GetElapsedTime(begun);
            JournalMetrics.Committed(_share, entries.Length, took, error is not null);
            Loop.Post(() =>
            {
                _committing = false;
                _lastCommit = took;
                if (error is not null)
                {
                    // Nothing is acknowledged that is not durable: try again, with what has come since.
                    foreach (var entry in entries) _unsaved.TryAdd(entry.Id.Value, entry);
                    _isFailing = true;
                    _onFailure(error);
                    _ = _time.CreateTimer(_ => Loop.Post(() => { }), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
                    return;
                }

                if (_isFailing) _onFailure(null);
                _isFailing = false;
                Committed = upTo;
                for (var i = _awaitingCommit.Count - 1; i >= 0; i--)
                {
                    if (_awaitingCommit[i].Revision > Committed) continue;
                    _awaitingCommit[i].Done.TrySetResult(Committed);
                    _awaitingCommit.RemoveAt(i);
                }

                foreach (var session in _sessions.ToArray()) Serve(session);
            });
        });
    }

    private bool IsEarly()
    {
        if (_isDue || _lastCommit < SlowCommit || _unsaved.Count > FewPaths || _awaitingCommit.Count > 0) return false;
        if (!_isDelayed) _ownDelay.Change(OwnDelay, Timeout.InfiniteTimeSpan);
        return _isDelayed = true;
    }

    /// <summary>Once a day: tombstones past the horizon go, from memory now and from the store with the next commit.</summary>
    private (byte[]? Horizon, List<EntryId> Forgotten) Forget(Revision upTo)
    {
        var forgotten = new List<EntryId>();
        var before = _horizon.Forgotten;
        if (!_horizon.Note(_time.GetUtcNow(), upTo)) return (null, forgotten);
        if (_horizon.Forgotten > before)
            foreach (var entry in _tree.All)
                if (entry.Deleted && entry.Revision <= _horizon.Forgotten) forgotten.Add(entry.Id);
        foreach (var id in forgotten)
        {
            _tree.Forget(id);
            _decider.Earlier.Forget(id);
        }

        return (_horizon.Write(), forgotten);
    }

    private IOException? Save(Entry[] entries, EarlierContents.Known[] earlier, string[]? paths, Revision upTo, long nextId, byte[]? horizon, List<EntryId> forgotten)
    {
        var durable = _makeDurable(entries, paths);
        if (durable != FsError.None) return new IOException($"The share's disk could not be synced ({durable}); nothing new is acknowledged until it can.");
        var records = new List<KeyValuePair<long, ReadOnlyMemory<byte>?>>(entries.Length);
        for (var i = 0; i < entries.Length; i++)
        {
            var buffer = new ArrayBufferWriter<byte>(160);
            EntryCodec.Write(buffer, entries[i]);
            EarlierContents.Write(buffer, earlier[i]);
            records.Add(new(entries[i].Id.Value, buffer.WrittenMemory));
        }

        try
        {
            foreach (var id in forgotten) records.Add(new(id.Value, null));
            List<KeyValuePair<string, byte[]?>> values = [new("head", EntryCodec.Int64(upTo.Value)), new("next", EntryCodec.Int64(nextId))];
            if (horizon is not null) values.Add(new("horizon", horizon));
            _store.Commit(records, values);
            return null;
        }
        catch (IOException e)
        {
            return e;
        }
    }

    public void Dispose()
    {
        _ownDelay.Dispose();
        Loop.Dispose();
        _committer.Dispose();
        _store.Dispose();
    }
}
