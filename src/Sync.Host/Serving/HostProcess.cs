using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sync.Engine.Machines;
using Sync.Host.Auditing;
using Sync.Host.Backup;
using Sync.Host.Config;
using Sync.Host.Metrics;
using Sync.Host.Registry;
using Sync.Host.Web;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Control;
using Sync.Shared.Data;
using Sync.Shared.Logs;
using Sync.Shared.Output;
using Sync.Shared.Rates;
using Sync.Shared.Settings;

namespace Sync.Host.Serving;

/// <summary>The host's whole life: from the data directory's lock to the last session's end.</summary>
internal sealed class HostProcess(DataDirectory data, TimeProvider time, TextWriter error)
{
    // A command that changes the configuration without an agent holds the lock for some milliseconds.
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(3);

    /// <summary>Runs until it is told to end.</summary>
    /// <param name="source">Where its settings come from.</param>
    /// <param name="shares">Shares to add first.</param>
    /// <param name="cancel">Gives up starting.</param>
    public async Task RunAsync(SettingsSource source, IReadOnlyList<AddShareRequest> shares, CancellationToken cancel)
    {
        var settings = SettingsOptions.Check(source);
        using var givingBack = ResidentPages.GiveBackAfterStart(time);
        using (await DataLock.TakeAsync(data, AgentConnection.IsRunning(data) ? TimeSpan.Zero : LockPatience, time, cancel))
        using (var identity = AgentIdentity.Load(data))
        using (var files = new LogFileProvider(data, time, reason => error.WriteLine($"sync-host: the log cannot be written to files ({reason}); stderr has it")))
        {
            var logs = new AgentLogging(new LogLevelSwitch(settings.LogLevel), files);
            using var logging = LoggerFactory.Create(logs.Configure);
            var config = ConfigStore<HostConfig>.Load(data.ConfigFile, HostConfigJson.Default.HostConfig, new HostConfig());
            var audit = AuditingLog.Open(data, time, logging.CreateLogger<AuditLog>());
            await using var live = new LiveSettings(source, settings, time, logging.CreateLogger<LiveSettings>())
            {
                Changed = what => audit.Write(new AuditEntry(AuditActor.Local, AuditActions.SettingsChange) { Target = "settings.json", Detail = what }),
            };
            using var rates = new PeerRates(time, fingerprint => config.Current.FindGuest(fingerprint)?.Name);
            live.Follow(now => logs.Level.Least = now.LogLevel);
            live.Follow(now => rates.Plan = now.Rates);
            await using var agent = new HostAgent(config, data, identity.Fingerprint, time, logging);
            var parts = new HostParts(config, identity, agent, audit, live, rates, logs);
            await AddAsync(shares, parts, cancel);
            live.Start();
            await ServeAsync(parts, logging, cancel);
        }
    }

    /// <summary>Remembered before anything runs: a share that cannot be added ends the start, one that cannot run does not.</summary>
    private async Task AddAsync(IReadOnlyList<AddShareRequest> shares, HostParts parts, CancellationToken cancel)
    {
        IHostAdministration silent = Administration(parts, new NoRuntime());
        var told = new AuditedAdministration(silent, parts.Audit);
        foreach (var share in shares)
            await (parts.Config.Current.FindShare(share.Name) is null ? told : silent).AddShareAsync(share, cancel);
    }

    private HostAdministration Administration(HostParts parts, IShareRuntime runtime) =>
        new(parts.Config, data, parts.Identity.Fingerprint, runtime, time, () => PolicyDefaults.Of(parts.Settings.Current));

    private async Task ServeAsync(HostParts parts, ILoggerFactory logging, CancellationToken cancel)
    {
        var (config, agent) = (parts.Config, parts.Agent);
        await using var peers = await ListenAsync(parts.Settings.Current.Listen ?? [ListenAddress.Usual], parts, cancel);
        agent.Listening = peers.Endpoints;
        var listening = ListenText.Format(peers.Endpoints);
        config.Update(current => string.Equals(current.LastListen, listening, StringComparison.Ordinal) ? current : current with { LastListen = listening });
        await using var api = new ApiParts(config, data, agent, time, logging, parts.Audit);
        agent.OnDemand = api.OnDemand;
        agent.Changed = api.TellChange;
        agent.Start();
        api.Start();
        using var metrics = new HostMetrics(agent, parts.Settings.Current.OtlpEndpoint);
        await using (var control = await ControlServer.StartAsync(
            data,
            agent,
            time,
            parts.Logs.Configure,
            services =>
            {
                api.Register(services);
                services.AddHostControl(Administration(parts, agent), parts.Audit).AddSingleton(parts.Settings).AddSingleton<IMetricsText>(metrics)
                    .AddSingleton<IAgentInsight>(new HostInsight(data, time)).AddSingleton<IStateBackup>(new HostBackup(data, parts.Identity.Fingerprint, time));
            },
            app =>
            {
                app.MapHostControl();
                ApiParts.Map(app);
            },
            cancel))
        {
            await error.WriteLineAsync($"sync-host: listening on {listening}, {config.Current.Shares.Count} shares, data in {Printable.Text(data.Path)}");
            await using var server = WebOptions.Of(parts.Settings.Current, data) is not { } web ? null : await WebServer.StartAsync(web, data, time, logging.CreateLogger<WebServer>(), cancel);
            if (server is not null)
            {
                api.WebAddress = server.Address;
                await error.WriteLineAsync($"sync-host: API at {server.Address}/api/v1/, dashboard at {server.Address}/");
            }

            await error.FlushAsync(cancel);
            await control.WaitForStopAsync();
        }

        // The last figures, while there are shares to have any; with the web server nobody asks for them any more.
        metrics.Dispose();
        // Sessions first: guests are told, and the web server has nothing left to wait for.
        await agent.DisposeAsync();
    }

    /// <summary>Where any port will do, the last one is taken again if it is free: guests know it.</summary>
    private async Task<PeerListener> ListenAsync(IReadOnlyList<EndPoint> listen, HostParts parts, CancellationToken cancel)
    {
        var (config, agent) = (parts.Config, parts.Agent);
        var desk = new AuditedPairing(new PairingDesk(config, agent, time, agent.Ephemeral), parts.Audit);
        var guests = new GuestDirectory(config);
        Task<PeerListener> StartAsync(IReadOnlyList<EndPoint> endpoints) =>
            PeerListener.StartAsync(endpoints, parts.Identity, agent, desk, guests, parts.Rates, time, parts.Logs.Configure, cancel);

        if (ListenAddress.TcpOf(config.Current.LastListen) is { } last && listen.Any(e => IsSameWithAnyPort(e, last)))
        {
            try
            {
                return await StartAsync([.. listen.Select(e => IsSameWithAnyPort(e, last) ? last : e)]);
            }
            catch (CommandFailure)
            {
                // Taken meanwhile: any other, as asked.
            }
        }

        return await StartAsync(listen);
    }

    private static bool IsSameWithAnyPort(EndPoint asked, IPEndPoint last) => asked is IPEndPoint { Port: 0 } tcp && tcp.Address.Equals(last.Address);
}
