namespace Sync.Engine.Scanning;

/// <summary>Counts looks at the disk that are under way, by the moment that gave rise to them, so that a flush can wait for all that began
/// before its cut, and what followed from them, while new ones go on. Single-threaded.</summary>
internal sealed class JobCounter
{
    private readonly SortedDictionary<long, int> _open = [];
    private readonly List<(long Cut, Action Done)> _waiting = [];
    private long _now;

    public bool IsIdle => _open.Count == 0;

    /// <summary>A new moment: what begins after it is later.</summary>
    public long Tick() => ++_now;

    public long Now => _now;

    public long Begin(long origin)
    {
        _open[origin] = _open.GetValueOrDefault(origin) + 1;
        return origin;
    }

    public void End(long origin)
    {
        if (--_open[origin] == 0) _open.Remove(origin);
        Check();
    }

    /// <summary>Calls back when nothing that began at or before the cut is open.</summary>
    public void WhenDone(long cut, Action done)
    {
        _waiting.Add((cut, done));
        Check();
    }

    /// <summary>True if nothing that began at or before the cut is open.</summary>
    public bool IsDone(long cut) => _open.Count == 0 || _open.Keys.First() > cut;

    private void Check()
    {
        if (_waiting.Count == 0) return;
        var first = _open.Count == 0 ? long.MaxValue : _open.Keys.First();
        for (var i = _waiting.Count - 1; i >= 0; i--)
        {
            if (first <= _waiting[i].Cut) continue;
            var done = _waiting[i].Done;
            _waiting.RemoveAt(i);
            done();
        }
    }
}
