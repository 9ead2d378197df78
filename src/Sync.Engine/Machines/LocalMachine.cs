#pragma warning disable RS0030 // The replica's own data, outside of any share.
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Sync.Engine.Files;
using Sync.Engine.Store;
using Sync.Engine.Store.LiteDb;
using Sync.Engine.Watching;

namespace Sync.Engine.Machines;

/// <summary>The machine that this process runs on.</summary>
internal sealed class LocalMachine : IMachine
{
    /// <summary>There is one.</summary>
    public static readonly LocalMachine Instance = new();

    private LocalMachine()
    {
    }

    /// <inheritdoc/>
    public Random Random => Random.Shared;

    /// <inheritdoc/>
    public void FillSecret(Span<byte> secret) => RandomNumberGenerator.Fill(secret);

    /// <inheritdoc/>
    public Action<Action>? NewLane(string name, int width) => null;

    /// <inheritdoc/>
    public UInt128? BootId { get; } = Files.BootId.Read();

    /// <inheritdoc/>
    public bool HasDirectory(string path) => Directory.Exists(path);

    /// <inheritdoc/>
    public FsError OpenRoot(string path, out IFileSystem? files) => FileSystems.Open(path, out files);

    /// <inheritdoc/>
    public IDisposable? TryClaim(string root) => DirectoryClaim.TryTake(root);

    /// <inheritdoc/>
    public IRecordStore OpenStore(string directory, string name, ILogger log)
    {
        Directory.CreateDirectory(directory);
        return LiteDbRecordStore.Open(Path.Combine(directory, name), log);
    }

    /// <inheritdoc/>
    public Stream OpenUnsynced(string directory, string name)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(Path.Combine(directory, name), options);
    }

    /// <inheritdoc/>
    public ManifestStore OpenManifests(string directory, TimeProvider time) => new(Path.Combine(directory, "manifests"), time);

    /// <inheritdoc/>
    public IWatcher Watch(IFileSystem files, TimeProvider time, WatchSink sink) => Watchers.Create(files, time, sink);
}
