using Sync.Engine.Files;
using Sync.Engine.Watching;

namespace Sync.Engine.Tests.Watching;

/// <summary>A watcher that has only so many watches.</summary>
internal sealed class LimitedWatcher(WatchSink sink, int limit) : IWatcher
{
    private int _used;

    public WatchSink Sink { get; } = sink;

    public bool IsPolling => false;

    public FsError Watch(string path, object tag) => _used++ < limit ? FsError.None : FsError.Limit;

    /// <inheritdoc/>
    public void CatchUp()
    {
    }

    public void Unwatch(object tag)
    {
    }

    public void Dispose()
    {
    }
}
