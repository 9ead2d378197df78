using System.Collections;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Sync.Engine.Replicas;
using Sync.Host.Auditing;
using Sync.Host.Config;
using Sync.Host.Metrics;
using Sync.Host.Registry;
using Sync.Host.Serving;
using Sync.Protocol.Control;
using Sync.Shared.Control;
using Sync.Shared.Data;
using Sync.Shared.Replicas;
using Sync.Shared.Settings;
using Xunit;

namespace Sync.Host.Tests;

/// <summary>A host's agent in this process, with its control socket and shares that are fakes.</summary>
internal sealed class RunningHost : IAsyncDisposable
{
    private readonly TemporaryDirectory _place;
    private readonly DataLock _lock;
    private readonly HostAgent _agent;
    private readonly ControlServer _control;

    private RunningHost(TemporaryDirectory place, DataLock held, HostAgent agent, ControlServer control, FakeShare share, HostMetrics metrics)
    {
        _place = place;
        _lock = held;
        _agent = agent;
        _control = control;
        Share = share;
        Metrics = metrics;
    }

    public FakeShare Share { get; }

    public HostMetrics Metrics { get; }

    public string Data => _place.At("data");

    public string Docs => _place.At("docs");

    public IReadOnlyList<ReplicaSlot> Slots => _agent.Slots;

    /// <summary>Starts it with one share, and waits until that runs.</summary>
    /// <param name="failing">The share cannot start, which is not waited for.</param>
    /// <param name="otlp">Where metrics are sent.</param>
    /// <param name="opening">What the share waits for while it opens; returns at once.</param>
    public static async Task<RunningHost> StartAsync(bool failing = false, Task? opening = null, Uri? otlp = null)
    {
        var place = new TemporaryDirectory();
        var share = new FakeShare(place.Sub("docs"));
        var data = DataDirectory.Locate(place.At("data"), "sync-host");
        var held = DataLock.TryTake(data)!;
        var config = ConfigStore<HostConfig>.Load(data.ConfigFile, HostConfigJson.Default.HostConfig, new HostConfig());
        var agent = new HostAgent(
            config,
            data,
            new string('a', 64),
            TimeProvider.System,
            NullLoggerFactory.Instance,
            async (_, _, _) =>
            {
                if (failing)
                    throw new ReplicaStartException(ReplicaStartCodes.IndexUnusable, "the index is on fire; put it out");
                await (opening ?? Task.CompletedTask);
                return share;
            });
        var administration = new HostAdministration(config, data, new string('a', 64), agent, TimeProvider.System);
        var source = new SettingsSource("sync-host", data, new Hashtable(), []);
        var settings = new LiveSettings(source, source.Read(), TimeProvider.System, NullLogger.Instance);
        var metrics = new HostMetrics(agent, otlp);
        var control = await ControlServer.StartAsync(
            data,
            agent,
            TimeProvider.System,
            logging => logging.ClearProviders(),
            services => services.AddHostControl(administration, new AuditLog(data, TimeProvider.System, (e, _) => throw e)).AddSingleton(settings).AddSingleton<IMetricsText>(metrics),
            app => app.MapHostControl(),
            TestContext.Current.CancellationToken);
        var host = new RunningHost(place, held, agent, control, share, metrics);
        await administration.AddShareAsync(new AddShareRequest { Name = "docs", Path = host.Docs }, TestContext.Current.CancellationToken);
        if (!failing && opening is null)
            await host.UntilAsync(slot => slot.Replica is not null);
        return host;
    }

    public Task<CommandLineRun> RunAsync(params string[] args) => CommandLineRun.Of([.. args, "--data", Data]);

    /// <summary>Waits until this holds of the share's slot.</summary>
    public async Task UntilAsync(Func<ReplicaSlot, bool> holds)
    {
        var slot = Slots[0];
        // The status is read before the condition: a change in between is then not waited for.
        for (var seen = slot.Status; !holds(slot); seen = slot.Status)
            await slot.ChangedAsync(seen, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _control.DisposeAsync();
        await _agent.DisposeAsync();
        Metrics.Dispose();
        _lock.Dispose();
        _place.Dispose();
    }
}
