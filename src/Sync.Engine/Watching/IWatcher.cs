using Sync.Engine.Files;

namespace Sync.Engine.Watching;

/// <summary>
/// Watches directories, one by one. The caller watches a directory first and lists it then, so that nothing falls between.
/// Events come in order, in batches, one at a time, on a thread of the watcher's own or of who calls <see cref="CatchUp"/>, to the sink given when it was
/// made; the sink must not block.
/// </summary>
public interface IWatcher : IDisposable
{
    /// <summary>True where the watcher polls instead of being told; <c>status</c> says so.</summary>
    bool IsPolling { get; }

    /// <summary>Starts watching a directory (path as in <see cref="IFileSystem"/>). Watching it again, under this or another path,
    /// replaces the tag. <see cref="FsError.Limit"/> when watches have run out: the caller then polls that directory.</summary>
    FsError Watch(string path, object tag);

    /// <summary>Returns when the sink has been given all that had happened at the call: what was read on disk after that is no older than what is told of
    /// it. Nothing where it polls.</summary>
    void CatchUp();

    /// <summary>Stops watching whatever carries this tag; unknown tags are ignored.</summary>
    void Unwatch(object tag);
}
