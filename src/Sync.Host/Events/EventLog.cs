namespace Sync.Host.Events;

/// <summary>
/// The latest events, in memory. Ids increase, also over restarts: they begin at the time of the start in microseconds, and fewer than a
/// million events a second are told. Safe from any thread.
/// </summary>
internal sealed class EventLog(TimeProvider time)
{
    /// <summary>How many are kept.</summary>
    public const int Kept = 10_000;

    private readonly Lock _lock = new();
    private readonly Queue<HostEvent> _events = new();
    private long _last = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
    private TaskCompletionSource _added = NewSignal();

    /// <summary>The last id that was given.</summary>
    public long Last
    {
        get
        {
            lock (_lock)
                return _last;
        }
    }

    /// <summary>Adds one; it gets its id and its time.</summary>
    public void Add(HostEvent what)
    {
        TaskCompletionSource added;
        lock (_lock)
        {
            _events.Enqueue(what with { Id = ++_last, At = time.GetUtcNow() });
            if (_events.Count > Kept)
                _events.Dequeue();
            added = _added;
            _added = NewSignal();
        }

        added.SetResult();
    }

    /// <summary>The events after an id, oldest first, and what completes when there are more. Where some are no longer kept, the first tells of the gap.</summary>
    public (IReadOnlyList<HostEvent> Events, Task More) After(long id)
    {
        lock (_lock)
        {
            var after = _events.SkipWhile(e => e.Id <= id).ToList();
            var oldest = _events.Count > 0 ? _events.Peek().Id : _last + 1;
            if (id < oldest - 1 && id < _last)
                after.Insert(0, new HostEvent(EventKinds.Gap) { Id = oldest - 1, At = time.GetUtcNow(), Text = "events before this one are no longer kept" });
            return (after, _added.Task);
        }
    }

    /// <summary>The latest, newest first.</summary>
    public IReadOnlyList<HostEvent> Latest(Func<HostEvent, bool> wanted, int count)
    {
        lock (_lock)
            return [.. _events.Reverse().Where(wanted).Take(count)];
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
