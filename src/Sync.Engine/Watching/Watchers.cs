using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Sync.Engine.Files.Portable;
using Sync.Engine.Watching.Linux;
using Sync.Engine.Watching.Portable;

namespace Sync.Engine.Watching;

/// <summary>Makes the watcher that fits a file system.</summary>
public static class Watchers
{
    /// <summary>How often polled directories are looked at, unless told otherwise.</summary>
    public static readonly TimeSpan DefaultPollInterval = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Kernel events where they tell of all changes; polling for network file systems, and for single directories when watches run out.
    /// </summary>
    /// <param name="fs">Whose directories are watched; it must outlive the watcher.</param>
    /// <param name="time">The clock that polling goes by.</param>
    /// <param name="sink">Takes the events.</param>
    /// <param name="pollInterval">See <see cref="DefaultPollInterval"/>; a round that takes long stretches it, so that polling stays under a tenth of a core.</param>
    public static IWatcher Create(IFileSystem fs, TimeProvider time, WatchSink sink, TimeSpan? pollInterval = null)
    {
        var interval = pollInterval ?? DefaultPollInterval;
        if (fs.Traits.NeedsPolling)
            return new PollingWatcher(fs, time, sink, interval);
        return fs switch
        {
            LinuxFileSystem linux => new FallbackWatcher(
                events => InotifyWatcher.Create(linux, events, out var inotify) == FsError.None ? inotify : null,
                events => new PollingWatcher(fs, time, events, interval),
                sink),
            PortableFileSystem portable => new PortableWatcher(portable.RootPath, sink),
            _ => new PollingWatcher(fs, time, sink, interval),
        };
    }
}
