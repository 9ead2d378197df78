using Sync.Engine.Files;

namespace Sync.Engine.Watching;

/// <summary>
/// Compares listings, round by round. A round starts an interval after the last one ended, or nine times as long as that one took, so that polling
/// a slow network does not fill it. A directory whose names have changed is told of as a whole, too. What changes and changes back in a file within a round goes unseen; so does a change that alters neither size nor any time.
/// </summary>
internal sealed class PollingWatcher : IWatcher
{
    private const int RestPerWork = 9;

    private readonly IFileSystem _fs;
    private readonly TimeProvider _time;
    private readonly WatchSink _sink;
    private readonly TimeSpan _interval;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly Lock _round = new();
    private readonly Dictionary<object, PolledDirectory> _directories = [];
    private readonly Dictionary<string, object> _tags = new(StringComparer.Ordinal);
    private bool _disposed;

    public PollingWatcher(IFileSystem fs, TimeProvider time, WatchSink sink, TimeSpan interval)
    {
        _fs = fs;
        _time = time;
        _sink = sink;
        _interval = interval;
        _timer = time.CreateTimer(static watcher => ((PollingWatcher)watcher!).Look(), this, interval, Timeout.InfiniteTimeSpan);
    }

    public bool IsPolling => true;

    public FsError Watch(string path, object tag)
    {
        var error = PolledDirectory.Open(_fs, path, tag, out var directory);
        if (error != FsError.None)
            return error;
        lock (_gate)
        {
            Forget(tag);
            if (_tags.TryGetValue(path, out var replaced))
                Forget(replaced);
            _directories[tag] = directory!;
            _tags[path] = tag;
        }

        return FsError.None;
    }

    /// <inheritdoc/>
    public void CatchUp()
    {
    }

    public void Unwatch(object tag)
    {
        lock (_gate)
            Forget(tag);
    }

    public void Dispose()
    {
        lock (_gate)
            _disposed = true;
        _timer.Dispose();
    }

    private void Forget(object tag)
    {
        if (_directories.Remove(tag, out var directory))
            _tags.Remove(directory.Path);
    }

    private void Look()
    {
        var started = _time.GetTimestamp();
        lock (_round)
        {
            PolledDirectory[] directories;
            lock (_gate)
                directories = [.. _directories.Values];
            var events = new List<WatchEvent>();
            foreach (var directory in directories)
            {
                events.Clear();
                var ended = directory.Look(_fs, events);
                lock (_gate)
                {
                    if (_disposed)
                        return;

                    // Unwatched or watched anew in the meantime: what was seen here is no longer asked for.
                    if (!_directories.TryGetValue(directory.Tag, out var current) || current != directory)
                        continue;
                    if (ended)
                        Forget(directory.Tag);
                }

                if (events.Count > 0)
                    _sink(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(events));
            }
        }

        var rest = _time.GetElapsedTime(started) * RestPerWork;
        lock (_gate)
        {
            if (!_disposed)
                _timer.Change(rest > _interval ? rest : _interval, Timeout.InfiniteTimeSpan);
        }
    }
}
