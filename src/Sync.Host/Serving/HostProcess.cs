using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sync.Host.Config;
using Sync.Host.Registry;
using Sync.Host.Web;
using Sync.Protocol.Control;
using Sync.Protocol.Identities;
using Sync.Shared.Control;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Host.Serving;

/// <summary>The host's whole life: from the data directory's lock to the last session's end.</summary>
internal sealed class HostProcess(DataDirectory data, TimeProvider time, TextWriter error)
{
    // A command that changes the configuration without an agent holds the lock for some milliseconds.
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(3);

    /// <summary>Runs until it is told to end.</summary>
    /// <param name="listen">Where guests are to reach it; port 0 for any.</param>
    /// <param name="shares">Shares to add first.</param>
    /// <param name="log">The least level that is logged.</param>
    /// <param name="web">The API and the dashboard; null for none.</param>
    /// <param name="cancel">Gives up starting.</param>
    public async Task RunAsync(IPEndPoint listen, IReadOnlyList<AddShareRequest> shares, LogLevel log, WebOptions? web, CancellationToken cancel)
    {
        using (await DataLock.TakeAsync(data, AgentConnection.IsRunning(data) ? TimeSpan.Zero : LockPatience, time, cancel))
        using (var identity = AgentIdentity.Load(data))
        using (var logging = LoggerFactory.Create(builder => AgentLogging.Configure(builder, log)))
        {
            var config = ConfigStore<HostConfig>.Load(data.ConfigFile, HostConfigJson.Default.HostConfig, new HostConfig());
            var agent = new HostAgent(config, data, identity.Fingerprint, time, logging);
            await using (agent)
            {
                // Remembered before anything runs: a share that cannot be added ends the start, one that cannot run does not.
                var before = new HostAdministration(config, data, identity.Fingerprint, new NoRuntime(), time);
                foreach (var share in shares)
                    await before.AddShareAsync(share, cancel);
                await ServeAsync(listen, config, identity, agent, log, web, logging, cancel);
            }
        }
    }

    private async Task ServeAsync(
        IPEndPoint listen, ConfigStore<HostConfig> config, PeerIdentity identity, HostAgent agent, LogLevel log, WebOptions? web, ILoggerFactory logging, CancellationToken cancel)
    {
        await using var peers = await ListenAsync(listen, config, identity, agent, log, cancel);
        agent.Listening = peers.Endpoint;
        config.Update(current => string.Equals(current.LastListen, peers.Endpoint.ToString(), StringComparison.Ordinal)
            ? current
            : current with { LastListen = peers.Endpoint.ToString() });
        var administration = new HostAdministration(config, data, identity.Fingerprint, agent, time);
        await using var api = new ApiParts(config, data, agent, time, logging);
        agent.OnDemand = api.OnDemand;
        agent.Changed = api.TellChange;
        agent.Start();
        api.Start();
        await using (var control = await ControlServer.StartAsync(
            data,
            agent,
            time,
            builder => AgentLogging.Configure(builder, log),
            services => api.Register(services.AddSingleton<IHostAdministration>(administration).AddSingleton<HostRegistryService>()),
            app =>
            {
                app.MapGrpcService<HostRegistryService>();
                ApiParts.Map(app);
            },
            cancel))
        {
            await error.WriteLineAsync($"sync-host: listening on {peers.Endpoint}, {config.Current.Shares.Count} shares, data in {Printable.Text(data.Path)}");
            await using var server = web is null ? null : await WebServer.StartAsync(web, data, time, logging.CreateLogger<WebServer>(), cancel);
            if (server is not null)
            {
                api.WebAddress = server.Address;
                await error.WriteLineAsync($"sync-host: API at {server.Address}/api/v1/, dashboard at {server.Address}/");
            }

            await error.FlushAsync(cancel);
            await control.WaitForStopAsync();
        }

        // Sessions first: guests are told, and the web server has nothing left to wait for.
        await agent.DisposeAsync();
    }

    /// <summary>Where any port will do, the last one is taken again if it is free: guests know it.</summary>
    private async Task<PeerListener> ListenAsync(
        IPEndPoint listen, ConfigStore<HostConfig> config, PeerIdentity identity, HostAgent agent, LogLevel log, CancellationToken cancel)
    {
        var desk = new PairingDesk(config, agent, time, agent.Ephemeral);
        var guests = new GuestDirectory(config);
        Task<PeerListener> StartAsync(IPEndPoint endpoint) =>
            PeerListener.StartAsync(endpoint, identity, agent, desk, guests, time, builder => AgentLogging.Configure(builder, log), cancel);

        if (listen.Port == 0 && config.Current.LastListen is { } text && ListenAddress.TryParse(text, out var last) && last.Address.Equals(listen.Address))
        {
            try
            {
                return await StartAsync(last);
            }
            catch (CommandFailure)
            {
                // Taken meanwhile: any other, as asked.
            }
        }

        return await StartAsync(listen);
    }
}
