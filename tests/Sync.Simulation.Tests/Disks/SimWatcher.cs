using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Watching;
using Sync.Simulation.Tests.Kernel;

namespace Sync.Simulation.Tests.Disks;

/// <summary>Tells a process what happens on its disk: in order, after a while, and when it was asked to catch up. Past a limit events are lost.</summary>
internal sealed class SimWatcher : IWatcher
{
    private readonly SimDisk _disk;
    private readonly SimProcess _process;
    private readonly WatchSink _sink;
    private readonly Trace _trace;
    private readonly Dictionary<object, Inode> _watched = [];
    private readonly List<WatchEvent> _queued = [];
    private bool _isScheduled;
    private bool _isFull;

    public SimWatcher(SimDisk disk, SimProcess process, WatchSink sink, Trace trace)
    {
        _disk = disk;
        _process = process;
        _sink = sink;
        _trace = trace;
        disk.ForgetProcess();
        disk.Watcher = Take;
    }

    public bool IsPolling => false;

    /// <summary>Events that wait at most; one more, and all are lost that are not told.</summary>
    public int Limit { get; set; } = 16384;

    /// <summary>Whether an event is not told.</summary>
    public Func<WatchEvent, bool> Loses { get; init; } = static _ => false;

    public FsError Watch(string path, object tag)
    {
        if (_process.IsDead) return FsError.Invalid;
        _process.Effect();
        _process.Scheduler.Interleave();
        var error = _disk.Find(path, out var inode);
        if (_trace.IsRead) _trace.Say(_process.Scheduler.NowNs, _process.Name, $"looks: watch {path}: {error}");
        if (error != FsError.None) return error;
        if (inode.Children is null) return inode.Kind == EntryKind.Symlink ? FsError.Escapes : FsError.NotDirectory;
        if (_watched.Remove(tag, out var before) && before != inode) before.Tag = null;
        if (inode.Tag is { } old) _watched.Remove(old);
        inode.Tag = tag;
        _watched[tag] = inode;
        return FsError.None;
    }

    public void Unwatch(object tag)
    {
        if (_process.IsDead || !_watched.Remove(tag, out var inode)) return;
        if (ReferenceEquals(inode.Tag, tag)) inode.Tag = null;
    }

    public void CatchUp()
    {
        _process.Effect();
        if (_queued.Count == 0) return;
        var events = _queued.ToArray();
        if (_trace.IsRead)
            foreach (var e in events) _trace.Say(_process.Scheduler.NowNs, _process.Name, $"looks: event {e.Change} {e.Name} of {(e.Tag is not null && _watched.TryGetValue(e.Tag, out var inode) ? inode.Name : "?")}");
        _queued.Clear();
        _sink(events);
    }

    /// <summary>The queue is full from now on: what happens is lost, and after a while that is told.</summary>
    public void Overflow(long afterNs)
    {
        _isFull = true;
        _process.Scheduler.After(afterNs, () =>
        {
            _isFull = false;
            Take(new WatchEvent(null, null, WatchChange.Overflow, 0));
        });
    }

    public void Dispose()
    {
        if (_disk.Watcher == Take) _disk.ForgetProcess();
    }

    private void Take(WatchEvent e)
    {
        if (_process.IsDead) return;
        if (e.Change == WatchChange.Ended && e.Tag is { } tag) _watched.Remove(tag);
        if (_isFull || Loses(e)) return;
        if (_queued.Count >= Limit)
        {
            if (_queued[^1].Change != WatchChange.Overflow) _queued.Add(new WatchEvent(null, null, WatchChange.Overflow, 0));
        }
        else if (e.Change != WatchChange.Modified || _queued.Count == 0 || _queued[^1] != e)
        {
            _queued.Add(e);
        }

        if (_isScheduled) return;
        _isScheduled = true;
        var delay = _process.Dice.OneIn(16) ? _process.Dice.Between(1_000, 20_000) : _process.Dice.Between(10, 200);
        _process.Scheduler.After(delay * 1_000L, () =>
        {
            _isScheduled = false;
            if (!_process.IsDead) CatchUp();
        });
    }
}
