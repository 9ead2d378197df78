using Microsoft.Extensions.Logging;
using Sync.Engine.Files;
using Sync.Engine.Machines;
using Sync.Engine.Store;
using Sync.Engine.Watching;
using Sync.Simulation.Tests.Disks;
using Sync.Simulation.Tests.Kernel;

namespace Sync.Simulation.Tests.Machines;

/// <summary>What one life of an agent runs on: a site's disk and stores, lanes instead of threads.</summary>
internal sealed class SimMachine(Site site, SimProcess process, Trace trace) : IMachine
{
    public Random Random => process.Dice;

    // Of dice of its own: how many of them are asked for changes nothing else.
    public void FillSecret(Span<byte> secret) => site.Secrets.NextBytes(secret);

    /// <summary>The watcher that it opened last.</summary>
    public SimWatcher? Watcher { get; private set; }

    public Action<Action>? NewLane(string name, int width) => new Lane(process, width).Run;

    public UInt128? BootId => site.BootId;

    public bool HasDirectory(string path) => true;

    public FsError OpenRoot(string path, out IFileSystem? files)
    {
        files = site.WrapFiles(new SimFileSystem(site.Disk, process, trace, site.Faults));
        _ = site.Disk.Make(PrivateDirectory.Name, Engine.Model.EntryKind.Directory, PrivateDirectory.Mode, out _);
        return FsError.None;
    }

    public IDisposable? TryClaim(string root) => new Claim();

    public IRecordStore OpenStore(string directory, string name, ILogger log) => site.WrapStore(name, new SimRecordStore(site.Store(name), process, trace, name));

    public Stream OpenUnsynced(string directory, string name) => new SimUnsyncedFile(site.Unsynced(name), process);

    public ManifestStore OpenManifests(string directory, TimeProvider time) => site.Manifests(time);

    public IWatcher Watch(IFileSystem files, TimeProvider time, WatchSink sink) => Watcher = new SimWatcher(site.Disk, process, sink, trace) { Loses = site.LosesEvent };

    private sealed class Claim : IDisposable
    {
        public void Dispose()
        {
            // Nobody else asks for it.
        }
    }
}
