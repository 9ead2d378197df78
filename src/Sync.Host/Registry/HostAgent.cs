using System.Net;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Sync.Engine.Journal;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Replicas;
using Sync.Engine.Snapshots;
using Sync.Host.Config;
using Sync.Host.Jobs;
using Sync.Protocol.Control;
using Sync.Shared.Data;
using Sync.Shared.Output;
using Sync.Shared.Replicas;
using Sync.Shared.Settings;

namespace Sync.Host.Registry;

/// <summary>The running host: its shares, and the guests' way to them.</summary>
internal sealed class HostAgent : IReplicaSet, IShareRuntime, IShareServer, IShareParts, IAsyncDisposable
{
    // A guest that pairs waits for it; a share that takes longer is busy with its first look, or with a lot.
    private static readonly TimeSpan LookPatience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(30);

    private readonly ConfigStore<HostConfig> _config;
    private readonly DataDirectory _data;
    private readonly string _fingerprint;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logging;
    private readonly Func<ReplicaOptions, SharePolicy, CancellationToken, Task<IHostShare>> _open;
    private readonly SlotList _slots = new();
    private readonly SemaphoreSlim _policies = new(1);
    private readonly ConditionalWeakTable<IHostShare, PolicyRecord> _applied = [];
    private readonly ulong _process = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));

    /// <summary>Nothing runs yet: see <see cref="Start"/>.</summary>
    /// <param name="config">The configuration.</param>
    /// <param name="data">Where indexes are kept.</param>
    /// <param name="fingerprint">This host's.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logging">Where logs go.</param>
    /// <param name="open">Opens a share; the engine's own unless a test says otherwise.</param>
    public HostAgent(
        ConfigStore<HostConfig> config,
        DataDirectory data,
        string fingerprint,
        TimeProvider time,
        ILoggerFactory logging,
        Func<ReplicaOptions, SharePolicy, CancellationToken, Task<IHostShare>>? open = null)
    {
        _config = config;
        _data = data;
        _fingerprint = fingerprint;
        _time = time;
        _logging = logging;
        _open = open ?? HostShare.OpenAsync;
        Ephemeral = new EphemeralGuests(config, time, logging.CreateLogger<EphemeralGuests>());
    }

    /// <summary>Forgets guests that are not to stay.</summary>
    public EphemeralGuests Ephemeral { get; }

    public bool IsHost => true;

    public IReadOnlyList<ReplicaSlot> Slots => _slots.Current;

    public IReadOnlyList<EndPoint>? Listening { get; set; }

    /// <summary>Told of what changes in which share; must be quick.</summary>
    public Action<string, ShareChange>? Changed { get; set; }

    /// <summary>Shares where nothing moves until a job says so; null where no jobs are run.</summary>
    public OnDemandShares? OnDemand { get; set; }

    public IEnumerable<string> GuestNames => _config.Current.Guests.Select(g => g.Name);

    /// <summary>Starts every configured share.</summary>
    public void Start()
    {
        foreach (var share in _config.Current.Shares)
            Open(share);
        Ephemeral.Start();
    }

    public Task SlotsChangedAsync(IReadOnlyList<ReplicaSlot> since, CancellationToken cancel) => _slots.ChangedAsync(since, cancel);

    public AgentStatus Describe() => new()
    {
        Role = "host",
        Version = Program.Version,
        Name = Environment.MachineName,
        Fingerprint = _fingerprint,
        Listen = Listening is null ? "" : ListenText.Format(Listening),
        DataDirectory = _data.Path,
        ProcessId = Environment.ProcessId,
    };

    public void RememberPause(ReplicaSlot slot, bool paused) => _config.Update(current =>
        current.FindShare(slot.Label.Share) is { } share && share.Paused != paused ? current.With(share with { Paused = paused }) : current);

    public void AddKnownGuests(ReplicaInfo info)
    {
        var seen = info.Guests.Select(g => g.Fingerprint).ToHashSet(StringComparer.Ordinal);
        foreach (var guest in _config.Current.Guests)
        {
            // Who is not to stay, or only pulls and pushes, is no part of the share while it is away.
            if (guest.FindRight(info.Name) is { IsEphemeral: false, Visits: false } && !seen.Contains(guest.Fingerprint))
                info.Guests.Add(new ReplicaGuestInfo { Name = guest.Name, Fingerprint = guest.Fingerprint });
        }
    }

    public void Open(ShareRecord share)
    {
        var slot = new ReplicaSlot(
            new ReplicaLabel(share.Name, share.Path),
            (accept, cancel) => OpenReplicaAsync(share, accept, cancel),
            (replica, cancel) => ApplyPolicyAsync(share.Name, (IHostShare)replica, cancel),
            share.Paused || share.Policy.OnDemand,
            _time,
            _logging.CreateLogger<ReplicaSlot>());
        _slots.Add(slot);
        slot.Start();
    }

    public async Task ApplyPolicyAsync(string share, CancellationToken cancel)
    {
        // A share that is not running takes the policy when it starts.
        if (Find(share) is not { } slot)
            return;
        if (slot.Replica is IHostShare running)
            await ApplyPolicyAsync(share, running, cancel);
        if (OnDemand is { } onDemand)
            await onDemand.ApplyAsync(slot, cancel);
    }

    // One at a time, each with what is configured by then: the last one wins, whoever comes first.
    private async Task ApplyPolicyAsync(string share, IHostShare running, CancellationToken cancel)
    {
        await _policies.WaitAsync(cancel);
        try
        {
            if (_config.Current.FindShare(share)?.Policy is not { } policy || (_applied.TryGetValue(running, out var applied) && ReferenceEquals(applied, policy)))
                return;
            await running.SetPolicyAsync(policy.ToPolicy(), cancel);
            _applied.AddOrUpdate(running, policy);
        }
        finally
        {
            _policies.Release();
        }
    }

    public async Task CloseAsync(string share)
    {
        if (Find(share) is not { } slot)
            return;
        _slots.Remove(slot);
        await slot.DisposeAsync();
    }

    public void Reconnect(string fingerprint)
    {
        foreach (var slot in _slots.Current)
            (slot.Replica as IHostShare)?.Reconnect(fingerprint);
    }

    public async Task EndSessionsAsync(string fingerprint, string? share, CancellationToken cancel)
    {
        foreach (var slot in _slots.Current)
        {
            if ((share is null || string.Equals(slot.Label.Share, share, StringComparison.Ordinal)) && slot.Replica is IHostShare running)
                await running.RevokeAsync(fingerprint, cancel);
        }
    }

    public async ValueTask<IGuestSession> OpenAsync(string guest, SessionHello hello, CancellationToken cancel)
    {
        var visit = Ephemeral.Enter(guest, hello.Share);
        try
        {
            return new CountedSession(await OpenSessionAsync(guest, hello, cancel), visit);
        }
        catch
        {
            visit.Dispose();
            throw;
        }
    }

    private async Task<IGuestSession> OpenSessionAsync(string guest, SessionHello hello, CancellationToken cancel)
    {
        if (!hello.IsVisit)
            Follows(guest, hello.Share);
        var grant = ShareGrants.Of(_config.Current, guest, hello.Share, hello.Direction);
        var slot = Find(hello.Share);
        if (slot?.Replica is not IHostShare share)
            throw new LinkException(LinkFailure.Unavailable, $"the share {hello.Share} does not run on the host: {slot?.Status.Reason ?? "it is just starting"}");

        var session = await share.OpenSessionAsync(grant, hello, cancel);
        try
        {
            // A revocation that came in between did not see this session.
            ShareGrants.Of(_config.Current, guest, hello.Share, hello.Direction);
            return session;
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    /// <summary>Who came to pull, and has an agent after all, is waited for from now on.</summary>
    private void Follows(string fingerprint, string share)
    {
        if (_config.Current.FindGuest(fingerprint)?.FindRight(share) is not { Visits: true })
            return;
        _config.Update(current => current.FindGuest(fingerprint) is { } guest && guest.FindRight(share) is { Visits: true } right
            ? current.With(guest.Without(share) with { Rights = [.. guest.Without(share).Rights, right with { Visits = false }] })
            : current);
    }

    public async ValueTask<IPullSource> OpenPullAsync(string guest, PullRequest request, CancellationToken cancel)
    {
        var visit = Ephemeral.Enter(guest, request.Share);
        try
        {
            return new CountedPull(await OpenPullSourceAsync(guest, request, cancel), visit);
        }
        catch
        {
            visit.Dispose();
            throw;
        }
    }

    private async Task<IPullSource> OpenPullSourceAsync(string guest, PullRequest request, CancellationToken cancel)
    {
        var grant = ShareGrants.OfPull(_config.Current, guest, request.Share);
        // A pull is not tried again by itself: a share that is just starting is waited for.
        var slot = Find(request.Share);
        if (slot is not null) await slot.StartedAsync(StartPatience, cancel);
        if (slot?.Replica is not IHostShare share)
            throw new LinkException(LinkFailure.Unavailable, $"the share {request.Share} does not run on the host: {slot?.Status.Reason ?? "it is just starting"}");
        var source = await share.OpenPullAsync(grant, request, cancel);
        try
        {
            // A revocation that came in between did not see this pull.
            ShareGrants.OfPull(_config.Current, guest, request.Share);
            return source;
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    public async Task<bool> LacksAsync(string share, string subPath, CancellationToken cancel)
    {
        if (Find(share)?.Replica is not IHostShare running || await running.HasDirectoryAsync(subPath, cancel))
            return false;
        // It may have been made just now.
        var look = await running.FlushAsync(LookPatience, cancel);
        return look.Outcome is FlushOutcome.Complete or FlushOutcome.Problems && !await running.HasDirectoryAsync(subPath, cancel);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Ephemeral.Dispose();
        await _slots.CloseAsync();
        _policies.Dispose();
    }

    private ReplicaSlot? Find(string share) => _slots.Current.FirstOrDefault(s => string.Equals(s.Label.Share, share, StringComparison.Ordinal));

    private async Task<IReplica> OpenReplicaAsync(ShareRecord configured, bool acceptRoot, CancellationToken cancel)
    {
        // Read again at each try: the policy may have changed meanwhile.
        var share = _config.Current.FindShare(configured.Name) ?? configured;
        if (!Directory.Exists(share.Path))
        {
            throw new ReplicaStartException(
                ReplicaStartCodes.RootMissing, $"{Printable.Text(share.Path)} is missing; mount or restore it (or 'sync-host share remove {share.Name}')");
        }

        var options = new ReplicaOptions
        {
            Share = share.Name,
            Root = share.Path,
            DataDirectory = _data.IndexDirectory(share.Id),
            Time = _time,
            Logging = _logging,
            Process = _process,
            AcceptRoot = acceptRoot,
            Changed = change => Changed?.Invoke(share.Name, change),
        };
        var opened = await _open(options, share.Policy.ToPolicy(), cancel);
        _applied.AddOrUpdate(opened, share.Policy);
        return opened;
    }
}
