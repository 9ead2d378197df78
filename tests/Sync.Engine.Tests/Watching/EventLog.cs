using System.Diagnostics;
using Sync.Engine.Watching;

namespace Sync.Engine.Tests.Watching;

/// <summary>A sink that keeps what it is given, and lets a test wait for what it expects.</summary>
internal sealed class EventLog
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly List<(WatchEvent Event, long At)> _events = [];

    public void Sink(ReadOnlySpan<WatchEvent> events)
    {
        var now = Stopwatch.GetTimestamp();
        lock (_events)
        {
            foreach (var one in events)
                _events.Add((one, now));
            Monitor.PulseAll(_events);
        }
    }

    public List<WatchEvent> All
    {
        get
        {
            lock (_events)
                return [.. _events.Select(e => e.Event)];
        }
    }

    public void Clear()
    {
        lock (_events)
            _events.Clear();
    }

    /// <summary>Waits for the first event that fits, and tells when it came.</summary>
    public (WatchEvent Event, long At) Await(Predicate<WatchEvent> fits)
    {
        var deadline = Stopwatch.GetTimestamp() + (long)(Patience.TotalSeconds * Stopwatch.Frequency);
        lock (_events)
        {
            while (true)
            {
                var found = _events.FindIndex(e => fits(e.Event));
                if (found >= 0)
                    return _events[found];
                var left = Stopwatch.GetElapsedTime(Stopwatch.GetTimestamp(), deadline);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_events, left))
                    throw new TimeoutException("Got: " + string.Join("; ", _events.Select(e => e.Event)));
            }
        }
    }

    public WatchEvent Await(object tag, string? name, WatchChange change) =>
        Await(e => Equals(e.Tag, tag) && e.Name == name && e.Change == change).Event;
}
