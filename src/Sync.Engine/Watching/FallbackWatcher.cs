using Sync.Engine.Files;

namespace Sync.Engine.Watching;

/// <summary>
/// Watches by events, and polls those directories for which the kernel has no watch left (or all, where there are no events to be
/// had). Both feed one sink, one batch at a time.
/// </summary>
internal sealed class FallbackWatcher : IWatcher
{
    private readonly Lock _gate = new();
    private readonly Lock _sinkGate = new();
    private readonly WatchSink _sink;
    private readonly Func<WatchSink, IWatcher> _makePolling;
    private readonly IWatcher? _events;
    private IWatcher? _polling;

    /// <param name="makeEvents">Makes the watcher by events; null where there is none.</param>
    /// <param name="makePolling">Makes the watcher that polls, when it is first needed.</param>
    /// <param name="sink">Takes the events of both.</param>
    public FallbackWatcher(Func<WatchSink, IWatcher?> makeEvents, Func<WatchSink, IWatcher> makePolling, WatchSink sink)
    {
        _sink = sink;
        _makePolling = makePolling;
        _events = makeEvents(Deliver);
    }

    /// <summary>True as soon as a single directory is polled.</summary>
    public bool IsPolling => _events is null || Volatile.Read(ref _polling) is not null;

    public FsError Watch(string path, object tag)
    {
        var error = _events?.Watch(path, tag) ?? FsError.Limit;
        if (error is FsError.Limit or FsError.Unsupported)
            return Polling().Watch(path, tag);

        // It may have been polled before, when watches were scarcer.
        if (error == FsError.None)
            Volatile.Read(ref _polling)?.Unwatch(tag);
        return error;
    }

    public void CatchUp() => _events?.CatchUp();

    public void Unwatch(object tag)
    {
        _events?.Unwatch(tag);
        Volatile.Read(ref _polling)?.Unwatch(tag);
    }

    public void Dispose()
    {
        _events?.Dispose();
        lock (_gate)
            _polling?.Dispose();
    }

    private IWatcher Polling()
    {
        lock (_gate)
        {
            if (_polling is null)
                Volatile.Write(ref _polling, _makePolling(Deliver));
            return _polling!;
        }
    }

    private void Deliver(ReadOnlySpan<WatchEvent> events)
    {
        lock (_sinkGate)
            _sink(events);
    }
}
