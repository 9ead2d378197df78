using Microsoft.Extensions.Logging;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Replicas;
using Sync.Engine.Transfer;
using Sync.Engine.Store;
using Sync.Simulation.Tests.Disks;
using Sync.Simulation.Tests.Kernel;
using Sync.Simulation.Tests.Links;

namespace Sync.Simulation.Tests.Machines;

/// <summary>A machine with one replica: its disk and stores, which stay, and its agent, which comes and goes. Number 0 is the host.</summary>
internal sealed class Site
{
    private readonly Scheduler _scheduler;
    private readonly Trace _trace;
    private readonly Dice _dice;
    private readonly Network _network;
    private readonly Dictionary<string, SimStoreDisk> _stores = [];
    private readonly Dictionary<string, MemoryStream> _unsynced = [];
    private readonly long _skewNs;
    private ManifestStore? _manifests;
    private SimMachine? _machine;
    private int _lives;

    public Site(int number, Scheduler scheduler, Trace trace, Dice dice, Dice secrets, DiskTraits traits, Network network)
    {
        Number = number;
        Name = number == 0 ? "host" : "guest" + (char)('0' + number);
        _scheduler = scheduler;
        _trace = trace;
        _dice = dice;
        _network = network;
        Secrets = secrets;
        _skewNs = number == 0 ? 0 : dice.Between(-5_000, 5_000) * 1_000_000L;
        Disk = new SimDisk(scheduler, traits);
        Faults = new DiskFaults(dice.Fork());
    }

    public int Number { get; }

    public string Name { get; }

    public SimDisk Disk { get; }

    /// <summary>Keys, marks and names that nobody can guess.</summary>
    public Dice Secrets { get; }

    public DiskFaults Faults { get; }

    public SimProcess? Process { get; private set; }

    /// <summary>The running replica; null while there is none.</summary>
    public IReplica? Replica { get; private set; }

    public HostShare? Share => Replica as HostShare;

    public bool IsUp => Process is { IsDead: false };

    /// <summary>Of the share; on the host.</summary>
    public SharePolicy Policy { get; set; } = new();

    /// <summary>As the host has it; null: the share's.</summary>
    public SyncDirection? Direction { get; init; }

    /// <summary>What has CRLF on its disk.</summary>
    public LineEndings LineEndings { get; set; } = LineEndings.AsTheyAre;

    /// <summary>It may only read.</summary>
    public bool IsReader { get; init; }

    /// <summary>Which way its changes go; the share's or its own.</summary>
    public SyncDirection Effective => Number == 0 ? Policy.HostDirection : Direction ?? Policy.GuestDirection;

    /// <summary>What its users change stays there, and is listed, until it is put back.</summary>
    public bool Keeps => IsReader || Effective == SyncDirection.ReceiveOnly;

    /// <summary>Defects that the engine has logged.</summary>
    public List<string> Defects { get; } = [];

    /// <summary>Puts something between the engine and its disk.</summary>
    public Func<IFileSystem, IFileSystem> WrapFiles { get; set; } = static files => files;

    /// <summary>Puts something between the engine and a store.</summary>
    public Func<string, IRecordStore, IRecordStore> WrapStore { get; set; } = static (_, store) => store;

    /// <summary>Whether an event of the disk is not told.</summary>
    public Func<Engine.Watching.WatchEvent, bool> LosesEvent { get; set; } = static _ => false;

    /// <summary>Called when the agent dies at an effect: whether its machine dies too.</summary>
    public Func<bool> TakesPowerAlong { get; set; } = static () => false;

    /// <summary>Called when the machine has lost power, before and after its disk has.</summary>
    public Action<Site, Action>? LosingPower { get; set; }

    public SimStoreDisk Store(string name)
    {
        if (!_stores.TryGetValue(name, out var disk)) _stores.Add(name, disk = new SimStoreDisk());
        return disk;
    }

    /// <summary>The running of the machine: another after each loss of power.</summary>
    public UInt128 BootId { get; private set; } = 1;

    /// <summary>The bytes of a file that is never synced.</summary>
    public MemoryStream Unsynced(string name)
    {
        if (!_unsynced.TryGetValue(name, out var bytes)) _unsynced.Add(name, bytes = new MemoryStream());
        return bytes;
    }

    public ManifestStore Manifests(TimeProvider time) => _manifests ??= ManifestStore.InMemory(time, new BlockKey(NewKey()));

    private byte[] NewKey()
    {
        var key = new byte[BlockKey.Size];
        Secrets.NextBytes(key);
        return key;
    }

    public void Start()
    {
        if (IsUp) return;
        Faults.Failed = 0;
        var process = Process = new SimProcess(_scheduler, Name, _dice.Fork(), Die);
        _machine = new SimMachine(this, process, _trace);
        _trace.Add(_scheduler.NowNs, Name, "starts", "");
        var options = new ReplicaOptions
        {
            Share = "s",
            Root = "/" + Name,
            DataDirectory = "/data/" + Name,
            Time = new SimTime(process, _skewNs),
            Logging = new DefectLog(process, Defects, _trace),
            Process = (ulong)++_lives,
            Machine = _machine,
            LineEndings = () => LineEndings,
            // All that is not small goes out while it is read.
            GrowingFrom = SmallContents.MaxLength + 1,
        };
        _ = OpenAsync(process, options);
    }

    /// <summary>The agent dies where it is; what it has written to the disk stays.</summary>
    public void Kill()
    {
        if (Process is { IsDead: false } process) Die(process);
    }

    /// <summary>Events of the disk are lost.</summary>
    public void OverflowWatcher(long afterNs) => _machine?.Watcher?.Overflow(afterNs);

    private async Task OpenAsync(SimProcess process, ReplicaOptions options)
    {
        try
        {
            IReplica replica = Number == 0
                ? await HostShare.OpenAsync(options, Policy, CancellationToken.None).ConfigureAwait(false)
                : await GuestReplica.OpenAsync(options, new Connector(_network, this, process), CancellationToken.None).ConfigureAwait(false);
            if (!process.IsDead) Replica = replica;
        }
        catch (ReplicaStartException e)
        {
            _trace.Add(_scheduler.NowNs, Name, "cannot start", e.Message);
            process.End();
            _scheduler.After(1_000_000_000, Start);
        }
        catch (OperationCanceledException) when (process.IsDead)
        {
            // It died while it was starting.
        }
        catch (Exception e)
        {
            Defects.Add($"{Name} does not start: {e}");
        }
    }

    private void Die(SimProcess process)
    {
        if (process.IsDead) return;
        var takesPower = TakesPowerAlong();
        _trace.Add(_scheduler.NowNs, Name, takesPower ? "loses power" : "dies", "");
        process.End();
        Replica = null;
        _machine = null;
        if (!takesPower)
        {
            Disk.ForgetProcess();
        }
        else
        {
            _manifests = null;
            // What was never synced may be there all the same.
            BootId++;
            LosingPower!(this, () => Disk.LosePower(_dice));
        }

        _scheduler.After(_dice.Between(1, 2_000) * 1_000_000L, Start);
    }
}
