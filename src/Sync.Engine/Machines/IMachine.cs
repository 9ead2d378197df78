using Microsoft.Extensions.Logging;
using Sync.Engine.Files;
using Sync.Engine.Store;
using Sync.Engine.Watching;

namespace Sync.Engine.Machines;

/// <summary>What a replica and a journal need of the machine that they run on: threads, directories, stores, events, chance. The seam at which a
/// simulation takes the place of all of it; time comes from the options' <see cref="TimeProvider"/>, the host from a link.</summary>
internal interface IMachine
{
    /// <summary>Spreads retries, names what is kept.</summary>
    Random Random { get; }

    /// <summary>Fills with what nobody can guess: keys, marks, names, first numbers.</summary>
    void FillSecret(Span<byte> secret);

    /// <summary>Where a loop's or a pool's work runs: takes each piece, in order of arrival, and runs it later, never within the call. Null: on threads
    /// of their own.</summary>
    /// <param name="name">Of the loop or the pool.</param>
    /// <param name="width">How many pieces may run at once.</param>
    Action<Action>? NewLane(string name, int width);

    /// <summary>A random number of this running of the machine; null where the system does not tell.</summary>
    UInt128? BootId { get; }

    /// <summary>Whether a share's root is there.</summary>
    bool HasDirectory(string path);

    /// <inheritdoc cref="FileSystems.Open"/>
    FsError OpenRoot(string path, out IFileSystem? files);

    /// <inheritdoc cref="DirectoryClaim.TryTake"/>
    IDisposable? TryClaim(string root);

    /// <summary>Opens a store by its file name, made if missing, in a directory that is made if missing.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    IRecordStore OpenStore(string directory, string name, ILogger log);

    /// <summary>Opens a file by its name, made if missing, for what is never synced: it outlives the process, and not the running of the machine.</summary>
    /// <exception cref="IOException">It cannot be opened.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be opened.</exception>
    Stream OpenUnsynced(string directory, string name);

    /// <summary>Opens the manifests that are kept in a replica's data directory.</summary>
    /// <exception cref="IOException">They cannot be.</exception>
    ManifestStore OpenManifests(string directory, TimeProvider time);

    /// <inheritdoc cref="Watchers.Create"/>
    IWatcher Watch(IFileSystem files, TimeProvider time, WatchSink sink);
}
