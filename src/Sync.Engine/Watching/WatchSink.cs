namespace Sync.Engine.Watching;

/// <summary>
/// Takes a batch of events, in order. The span is the watcher's own buffer and holds only until the sink returns: what is to be kept is
/// copied. Never called twice at once for one watcher. It must not block and must not throw: while it runs, events pile up in the kernel, and past a limit are lost.
/// </summary>
public delegate void WatchSink(ReadOnlySpan<WatchEvent> events);
