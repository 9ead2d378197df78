using System.Collections.Concurrent;
using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>
/// Builds a tree beside a directory: what is unchanged is linked, what is on this machine copied, all else asked of the host. Every content is verified before it counts.
/// One run; what is in the tree when it ends, or is broken off, the next one finds (<see cref="Salvage"/>).
/// </summary>
internal sealed class Build
{
    /// <summary>After so many bytes what stands is written back, beside the rest: else the kernel lets all of it lie until the end, when everybody waits for the disk.</summary>
    private const long WriteBackEvery = 192L << 20;

    /// <summary>Shorter changed files come whole: asking what has changed in them would take longer.</summary>
    private const long WorthPatching = 1 << 20;

    /// <summary>Entries that a worker is handed at a time.</summary>
    private const int RunLength = 256;

    private static readonly int Workers = Math.Clamp(Environment.ProcessorCount, 2, 4);

    private readonly PullPlan _plan;
    private readonly BuildState[] _states;
    private readonly string?[] _paths;
    private readonly Dictionary<int, long> _parts;
    private readonly Channel<PullWant> _asks = Channel.CreateUnbounded<PullWant>(new UnboundedChannelOptions { SingleReader = true });
    /// <summary>Entries of which the host was asked what has changed, and whether it is still to tell. Of one that turned out to be another by then, some parts still come.</summary>
    private readonly ConcurrentDictionary<int, bool> _patched = new();

    /// <summary>What may still have to be asked for: the entries that are on this machine, as one, and each of which the host is asked what has changed.</summary>
    private int _undecided = 1;
    private Exception? _failure;
    private CancellationTokenSource? _stop;
    private volatile bool _hasLinks;
    private readonly Lock _writeBack = new();
    private Task _writingBack = Task.CompletedTask;
    private TreeRoot? _target;
    private long _writtenBack;

    /// <summary>Nothing runs yet.</summary>
    /// <param name="plan">What is to be done.</param>
    /// <param name="salvage">What stands in the tree already.</param>
    /// <param name="cache">Contents that this machine has; null: there is none.</param>
    /// <param name="owner">Whose files are whose entries name no owner; null: the user's who pulls.</param>
    /// <param name="counts">Where progress is told.</param>
    public Build(PullPlan plan, Salvage salvage, ContentCache? cache, ulong? owner, BuildCounts counts)
    {
        _plan = plan;
        Counts = counts;
        Cache = cache;
        Owner = owner;
        Stamps = new FileStamp[plan.Tree.Count];
        _states = new BuildState[plan.Tree.Count];
        _paths = new string?[plan.Tree.Count];
        _parts = salvage.Parts;
        foreach (var (entry, stamp) in salvage.Placed)
        {
            _states[entry] = BuildState.Placed;
            Stamps[entry] = stamp;
            if (Tree.Entries[entry].Kind == EntryKind.File) counts.Placed(1, Tree.Entries[entry].Size);
        }
    }

    public PulledTree Tree => _plan.Tree;

    /// <summary>Where the chunk lists of contents with several are kept; null: they are not.</summary>
    public IContentNotes? Notes { get; init; }

    /// <summary>Called, on a thread of its own, when a part of the tree is on disk: with the states of all entries as they were when that began.</summary>
    public Func<BuildState[], Task>? WroteBack { get; init; }

    /// <summary>Whether the host can tell what has changed in a content.</summary>
    public bool HasChunks { get; init; }

    public BuildCounts Counts { get; }

    public ContentCache? Cache { get; }

    /// <summary>Of entries without an owner of their own.</summary>
    public ulong? Owner { get; }

    /// <summary>Of each file and symlink that stands in the tree.</summary>
    public FileStamp[] Stamps { get; }

    /// <summary>Whether some files are those of the old tree by a second name: their ctime changes once more when that goes.</summary>
    public bool HasLinks => _hasLinks;

    public bool HasFailed => Volatile.Read(ref _failure) is not null;

    /// <summary>Makes nothing of an entry. Before it runs.</summary>
    public void LeaveOut(int entry)
    {
        if (_states[entry] == BuildState.Open) _states[entry] = BuildState.LeftOut;
    }

    /// <summary>The states of all entries. When it has run.</summary>
    public BuildState[] States() => (BuildState[])_states.Clone();

    /// <summary>Puts in place what can be had.</summary>
    /// <param name="target">The tree under way.</param>
    /// <param name="source">The directory as it is; null: there is none.</param>
    /// <param name="feed">The host.</param>
    /// <param name="cancel">Breaks it off.</param>
    /// <exception cref="WorkspaceException">The disk.</exception>
    /// <exception cref="LinkException">The link.</exception>
    public async Task RunAsync(TreeRoot target, TreeRoot? source, IPullFeed feed, CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _stop = stop;
        var workers = new BuildWorker[Workers];
        var asking = Task.CompletedTask;
        var local = Task.CompletedTask;
        try
        {
            asking = AskAsync(feed, stop.Token);
            await Task.Run(() => MakeDirectories(target), cancel).ConfigureAwait(false);
            _target = target;
            for (var i = 0; i < workers.Length; i++) workers[i] = new BuildWorker(this, target, source, i);
            local = Task.Run(() => PlaceLocal(workers, stop.Token), cancel);
            await foreach (var piece in feed.ReadAsync(stop.Token).ConfigureAwait(false)) Dispatch(piece, workers, stop.Token);
        }
        catch (Exception e)
        {
            Fail(e);
        }

        if (HasFailed) await stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(asking, local).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var worker in workers) worker?.Dispose();
        await _writingBack.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop = null;
        cancel.ThrowIfCancellationRequested();
        if (_failure is { } failure) System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
    }

    /// <summary>The files that could not be had as the tree has them; and whether the host could not read them.</summary>
    public IReadOnlyList<(int Entry, bool IsUnreadable)> Missing()
    {
        var missing = new List<(int, bool)>();
        for (var i = 0; i < _states.Length; i++)
            if (_states[i] != BuildState.Placed && Tree.Entries[i].Kind != EntryKind.Directory) missing.Add((i, _states[i] == BuildState.Unreadable));
        return missing;
    }

    /// <summary>The first thing that went wrong ends the run.</summary>
    public void Fail(Exception failure)
    {
        if (Interlocked.CompareExchange(ref _failure, failure, null) is null) _stop?.Cancel();
    }

    public void Check(FsError error, int entry)
    {
        if (error != FsError.None) throw WorkspaceException.Of(error, Tree.PathOf(entry));
    }

    /// <summary>It stands, or is not wanted.</summary>
    public bool IsDone(int entry) => _states[entry] is BuildState.Placed or BuildState.LeftOut;

    public bool IsAsked(int entry) => _states[entry] != BuildState.Open;

    public bool IsEmptyContent(in PulledEntry entry) => entry.Content == Manifest.Empty.Id;

    public EntryAction ActionOf(int entry) => _plan.Actions[entry];

    public FileStat SeenAt(int entry) => _plan.Stats[entry];

    public string SourceOf(int entry) => _plan.Sources.GetValueOrDefault(entry) ?? Tree.PathOf(entry);

    /// <summary>Where a long content goes on.</summary>
    public long PartOf(int entry) => _parts.GetValueOrDefault(entry);

    public string DirectoryPath(int directory) => directory < 0 ? "" : _paths[directory] ??= Tree.PathOf(directory);

    public void Placed(int entry, in FileStat stat, bool isLinked = false)
    {
        Stamps[entry] = stat.Stamp;
        _states[entry] = BuildState.Placed;
        if (isLinked) _hasLinks = true;
        if (stat.Kind != EntryKind.File) return;
        Counts.Placed(1, Tree.Entries[entry].Size);
        if (!isLinked && Counts.Bytes - Volatile.Read(ref _writtenBack) >= WriteBackEvery) WriteBack();
    }

    public void Gone(int entry, bool isUnreadable) => _states[entry] = isUnreadable ? BuildState.Unreadable : BuildState.Superseded;

    /// <summary>It cannot be had here after all, or not whole.</summary>
    public void Ask(int entry)
    {
        var isForChunks = IsWorthPatching(entry) && _patched.TryAdd(entry, true);
        if (isForChunks) Interlocked.Increment(ref _undecided);
        _states[entry] = BuildState.Asked;
        _asks.Writer.TryWrite(new PullWant(entry, 1, IsForChunks: isForChunks));
    }

    /// <summary>Asks for a part of an entry's content. Parts come in the order in which they are asked for.</summary>
    public void Ask(int entry, long offset, long length) => _asks.Writer.TryWrite(new PullWant(entry, 1, offset, length));

    /// <summary>Nothing more will be asked for of what was undecided.</summary>
    public void Decided()
    {
        if (Interlocked.Decrement(ref _undecided) == 0) _asks.Writer.TryComplete();
    }

    /// <summary>Whether the host is to tell an entry's chunks.</summary>
    public bool AwaitsChunks(int entry) => _patched.TryGetValue(entry, out var isAwaited) && isAwaited;

    /// <summary>It has told them.</summary>
    public void ChunksCame(int entry) => _patched[entry] = false;

    /// <summary>Whether the host is to send something of it.</summary>
    public bool IsAwaited(int entry) => _states[entry] == BuildState.Asked;

    /// <summary>Its parts go into a patched content, wanted or not.</summary>
    public bool IsPatched(int entry) => _patched.ContainsKey(entry);

    /// <summary>The number of an entry that was asked for.</summary>
    public int ReadEntry(ref ReadOnlySpan<byte> bytes)
    {
        var entry = ReadNumber(ref bytes);
        if (entry >= (ulong)_states.Length || (!IsAwaited((int)entry) && !IsPatched((int)entry))) throw Broken("a content that was not asked for");
        return (int)entry;
    }

    public static ulong ReadNumber(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64 && !bytes.IsEmpty; shift += 7)
        {
            var next = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80) return value;
        }

        throw Broken("a number is cut off or too long");
    }

    public static LinkException Broken(string what) =>
        new(LinkFailure.Protocol, $"The host broke the protocol: {what}. Update both sides to the same version; if it happens again, report it.");

    /// <summary>Only a head start: whether all is on the disk is asked at the end.</summary>
    private void WriteBack()
    {
        lock (_writeBack)
        {
            var bytes = Counts.Bytes;
            if (bytes - _writtenBack < WriteBackEvery || !_writingBack.IsCompleted || _target is not { } target) return;
            _writtenBack = bytes;
            _writingBack = Task.Run(async () =>
            {
                var states = WroteBack is null ? null : States();
                if (target.Root.SyncAll() == FsError.None && states is not null) await WroteBack!(states).ConfigureAwait(false);
            });
        }
    }

    private void MakeDirectories(TreeRoot target)
    {
        using var parent = new LastDirectory(target);
        var entries = Tree.Entries;
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Kind != EntryKind.Directory || _states[i] == BuildState.LeftOut) continue;
            Check(parent.Open(DirectoryPath(entries[i].Parent), out var directory), i);
            var error = directory!.MakeDirectory(entries[i].Name, PrivateDirectory.Mode);
            if (error != FsError.Exists) Check(error, i);
        }
    }

    /// <summary>Hands out what needs no answer of the host; what must be asked for after all follows, and then nothing more.</summary>
    private void PlaceLocal(BuildWorker[] workers, CancellationToken cancel)
    {
        try
        {
            var next = 0;
            for (var from = 0; from < Tree.Count; from += RunLength)
            {
                if (!HasLocal(from)) continue;
                workers[next++ % workers.Length].Add(from..Math.Min(Tree.Count, from + RunLength), cancel);
            }

            // Behind all runs, in each worker's queue: when all have passed it, no more is asked for.
            var open = workers.Length;
            foreach (var worker in workers)
            {
                worker.Add(() =>
                {
                    if (Interlocked.Decrement(ref open) == 0) Decided();
                }, cancel);
            }
        }
        catch (Exception e)
        {
            _asks.Writer.TryComplete(e);
            throw;
        }
    }

    private bool HasLocal(int from)
    {
        for (var i = from; i < Math.Min(Tree.Count, from + RunLength); i++)
        {
            var entry = Tree.Entries[i];
            if (entry.Kind != EntryKind.Directory && _states[i] == BuildState.Open) return true;
        }

        return false;
    }

    private async Task AskAsync(IPullFeed feed, CancellationToken cancel)
    {
        try
        {
            await feed.AskAsync(FirstWants(), cancel).ConfigureAwait(false);
            while (await _asks.Reader.WaitToReadAsync(cancel).ConfigureAwait(false))
            {
                var (entries, others) = (new List<int>(), new List<PullWant>());
                while (entries.Count + others.Count < PullLimits.MaxRuns && _asks.Reader.TryRead(out var want))
                {
                    if (want.IsWhole) entries.Add(want.First);
                    else others.Add(want);
                }

                entries.Sort();
                await feed.AskAsync([.. Runs(entries), .. others], cancel).ConfigureAwait(false);
            }

            await feed.FinishAsync(cancel).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The host waits for the end of the asks: its answers would never end.
            Fail(e);
        }
    }

    private List<PullWant> FirstWants()
    {
        var first = new List<int>();
        // What the cache may have is asked for when it turns out that it has not.
        for (var i = Cache is null ? 0 : _states.Length; i < _states.Length; i++)
        {
            var entry = Tree.Entries[i];
            if (entry.Kind != EntryKind.File || _states[i] != BuildState.Open || _plan.Actions[i] != EntryAction.Make || IsEmptyContent(entry)) continue;
            if (IsWorthPatching(i))
            {
                Ask(i);
                continue;
            }

            _states[i] = BuildState.Asked;
            first.Add(i);
        }

        return Runs(first);
    }

    /// <summary>A long file stands at its path, and is to be another: much of it may stay. One that is here in part goes on as it began.</summary>
    private bool IsWorthPatching(int entry) =>
        HasChunks && Tree.Entries[entry].Size >= WorthPatching && _plan.Stats[entry] is { Kind: EntryKind.File, Stamp.Size: >= WorthPatching } && !_parts.ContainsKey(entry);

    private List<PullWant> Runs(List<int> entries)
    {
        var wants = new List<PullWant>();
        foreach (var entry in entries)
        {
            if (_parts.TryGetValue(entry, out var offset)) wants.Add(new PullWant(entry, 1, offset));
            else if (wants.Count > 0 && wants[^1] is { Offset: 0 } last && last.First + last.Count == entry) wants[^1] = last with { Count = last.Count + 1 };
            else wants.Add(new PullWant(entry, 1));
        }

        return wants;
    }

    private static void Dispatch(PullPiece piece, BuildWorker[] workers, CancellationToken cancel)
    {
        var worker = workers[0];
        if (piece.Kind == PullPieceKind.Contents)
        {
            foreach (var other in workers)
                if (other.Count < worker.Count) worker = other;
        }
        else
        {
            // Parts of one content come to one worker, and its end too.
            var rest = piece.Bytes.Span;
            worker = workers[(int)(ReadNumber(ref rest) % (ulong)workers.Length)];
        }

        worker.Add(piece, cancel);
    }
}
