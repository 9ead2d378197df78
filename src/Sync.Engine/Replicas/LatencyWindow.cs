namespace Sync.Engine.Replicas;

/// <summary>The latest latencies of one guest. Safe from any thread.</summary>
internal sealed class LatencyWindow
{
    private const int Kept = 16;

    private readonly Lock _gate = new();
    private readonly Queue<TimeSpan> _latest = new(Kept);

    public void Add(TimeSpan latency)
    {
        lock (_gate)
        {
            if (_latest.Count == Kept) _latest.Dequeue();
            _latest.Enqueue(latency);
        }
    }

    /// <summary>The middle one; null if there is none.</summary>
    public TimeSpan? Median
    {
        get
        {
            lock (_gate) return _latest.Count == 0 ? null : _latest.Order().ElementAt(_latest.Count / 2);
        }
    }
}
