#pragma warning disable RS0030 // Systems without descriptors for this: what it tells is looked at through the layer.
using Sync.Engine.Files;

namespace Sync.Engine.Watching.Portable;

/// <summary>
/// <see cref="FileSystemWatcher"/> over a whole tree, for systems where one handle covers it (Windows, macOS). Weaker, knowingly: it never says
/// that a writer is done, and lost events show only as an overflow.
/// </summary>
internal sealed class PortableWatcher : IWatcher
{
    private const int BufferSize = 64 * 1024;

    private readonly string _root;
    private readonly WatchSink _sink;
    private readonly FileSystemWatcher _watcher;
    private readonly Lock _gate = new();
    private readonly Lock _sinkGate = new();
    private readonly Dictionary<string, object> _tags = new(StringComparer.Ordinal);
    private readonly Dictionary<object, string> _paths = [];
    private uint _cookie;

    public PortableWatcher(string root, WatchSink sink)
    {
        _root = root;
        _sink = sink;
        _watcher = new FileSystemWatcher(root)
        {
            IncludeSubdirectories = true,
            InternalBufferSize = BufferSize,
            NotifyFilter = NotifyFilters.FileName | NotifyFilters.DirectoryName | NotifyFilters.Size | NotifyFilters.LastWrite
                | NotifyFilters.Attributes | NotifyFilters.Security,
        };
        _watcher.Created += (_, e) => Tell(e.Name, WatchChange.Created, 0);
        _watcher.Changed += (_, e) => Tell(e.Name, WatchChange.Modified, 0);
        _watcher.Deleted += (_, e) => Tell(e.Name, WatchChange.Removed, 0);
        _watcher.Renamed += (_, e) =>
        {
            var cookie = Math.Max(1, Interlocked.Increment(ref _cookie));
            Tell(e.OldName, WatchChange.MovedFrom, cookie);
            Tell(e.Name, WatchChange.MovedTo, cookie);
        };
        _watcher.Error += (_, _) => Deliver(new WatchEvent(null, null, WatchChange.Overflow, 0));
        _watcher.EnableRaisingEvents = true;
    }

    public bool IsPolling => false;

    public FsError Watch(string path, object tag)
    {
        if (!Directory.Exists(Path.Join(_root, path)))
            return FsError.NotFound;
        lock (_gate)
        {
            if (_paths.Remove(tag, out var old))
                _tags.Remove(old);
            if (_tags.Remove(path, out var replaced))
                _paths.Remove(replaced);
            _tags[path] = tag;
            _paths[tag] = path;
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
        {
            if (_paths.Remove(tag, out var path))
                _tags.Remove(path);
        }
    }

    public void Dispose() => _watcher.Dispose();

    private void Tell(string? relative, WatchChange change, uint cookie)
    {
        if (string.IsNullOrEmpty(relative))
            return;
        var directory = (Path.GetDirectoryName(relative) ?? "").Replace(Path.DirectorySeparatorChar, '/');
        object? tag;
        lock (_gate)
            tag = _tags.GetValueOrDefault(directory);
        if (tag is not null)
            Deliver(new WatchEvent(tag, Path.GetFileName(relative), change, cookie));
    }

    private void Deliver(in WatchEvent what)
    {
        lock (_sinkGate)
            _sink(new ReadOnlySpan<WatchEvent>(in what));
    }
}
