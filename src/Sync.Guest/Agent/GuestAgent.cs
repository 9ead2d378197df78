using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Sync.Engine.LineEnds;
using Sync.Engine.Link;
using Sync.Engine.Replicas;
using Sync.Guest.Config;
using Sync.Protocol.Connecting;
using Sync.Protocol.Control;
using Sync.Shared.Data;
using Sync.Shared.Output;
using Sync.Shared.Replicas;

namespace Sync.Guest.Agent;

/// <summary>The running guest: a replica for each joined directory.</summary>
internal sealed class GuestAgent : IReplicaSet, IBindingRuntime, IAsyncDisposable
{
    private readonly ConfigStore<GuestConfig> _config;
    private readonly DataDirectory _data;
    private readonly string _fingerprint;
    private readonly Func<BindingRecord, IHostConnector> _connect;
    private readonly WakeDetector _wake;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logging;
    private readonly Func<ReplicaOptions, IHostConnector, CancellationToken, Task<IReplica>> _open;
    private readonly SlotList _slots = new();
    private volatile LineEndings _lineEndings = LineEndings.AsTheyAre;
    private readonly ulong _process = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <summary>Nothing runs yet: see <see cref="Start"/>.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="data">Where indexes are kept.</param>
    /// <param name="fingerprint">This guest's.</param>
    /// <param name="connect">The way to a binding's host.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logging">Where logs go.</param>
    /// <param name="open">Opens a replica; the engine's own unless a test says otherwise.</param>
    public GuestAgent(
        ConfigStore<GuestConfig> config,
        DataDirectory data,
        string fingerprint,
        Func<BindingRecord, IHostConnector> connect,
        TimeProvider time,
        ILoggerFactory logging,
        Func<ReplicaOptions, IHostConnector, CancellationToken, Task<IReplica>>? open = null)
    {
        _config = config;
        _data = data;
        _fingerprint = fingerprint;
        _connect = connect;
        _time = time;
        _logging = logging;
        _open = open ?? GuestReplica.OpenAsync;
        // After sleep, or with a new address, waiting for a retry's turn would be a waste.
        _wake = new WakeDetector(time, () =>
        {
            foreach (var slot in _slots.Current)
                (slot.Replica as GuestReplica)?.Wake();
        });
    }

    public bool IsHost => false;

    /// <summary>What has CRLF in all joined directories; holds for what is placed or edited from now on.</summary>
    public LineEndings LineEndings
    {
        get => _lineEndings;
        set => _lineEndings = value;
    }

    public IEnumerable<string> GuestNames => _config.Current.Bindings.Select(b => b.Name).Where(n => n.Length > 0);

    public IReadOnlyList<ReplicaSlot> Slots => _slots.Current;

    /// <summary>Starts every joined directory.</summary>
    public void Start()
    {
        foreach (var binding in _config.Current.Bindings)
            Open(binding);
    }

    public Task SlotsChangedAsync(IReadOnlyList<ReplicaSlot> since, CancellationToken cancel) => _slots.ChangedAsync(since, cancel);

    public AgentStatus Describe() => new()
    {
        Role = "guest",
        Version = Program.Version,
        Name = _config.Current.Bindings.Select(b => b.Name).FirstOrDefault(n => n.Length > 0) ?? Environment.MachineName,
        Fingerprint = _fingerprint,
        DataDirectory = _data.Path,
        ProcessId = Environment.ProcessId,
    };

    public void RememberPause(ReplicaSlot slot, bool paused) => _config.Update(current =>
        current.Find(slot.Label.Path) is { } binding && binding.Paused != paused ? current.With(binding with { Paused = paused }) : current);

    public void AddKnownGuests(ReplicaInfo info)
    {
        // A guest knows of no others.
    }

    public void Open(BindingRecord binding)
    {
        var label = new ReplicaLabel(binding.Share, binding.Directory, binding.SubPath, string.Join(", ", binding.Addresses));
        var slot = new ReplicaSlot(label, (accept, cancel) => OpenReplicaAsync(binding, accept, cancel), (_, _) => Task.CompletedTask, binding.Paused, _time, _logging.CreateLogger<ReplicaSlot>());
        _slots.Add(slot);
        slot.Start();
    }

    public async Task CloseAsync(BindingRecord binding)
    {
        if (_slots.Current.FirstOrDefault(s => string.Equals(s.Label.Path, binding.Directory, StringComparison.Ordinal)) is not { } slot)
            return;
        _slots.Remove(slot);
        await slot.DisposeAsync();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _wake.Dispose();
        await _slots.CloseAsync();
    }

    private Task<IReplica> OpenReplicaAsync(BindingRecord binding, bool acceptRoot, CancellationToken cancel)
    {
        if (!Directory.Exists(binding.Directory))
        {
            throw new ReplicaStartException(
                ReplicaStartCodes.RootMissing, $"{Printable.Text(binding.Directory)} is missing; mount or restore it (or 'sync-guest leave' it)");
        }

        var options = new ReplicaOptions
        {
            Share = binding.Share,
            Root = binding.Directory,
            SubPath = binding.SubPath,
            Direction = binding.ToDirection(),
            DataDirectory = _data.IndexDirectory(binding.Id),
            Time = _time,
            Logging = _logging,
            Process = _process,
            AcceptRoot = acceptRoot,
            LineEndings = () => _lineEndings,
        };
        return _open(options, _connect(binding), cancel);
    }
}
