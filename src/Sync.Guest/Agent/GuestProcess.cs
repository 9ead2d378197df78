using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Sync.Engine.LineEnds;
using Sync.Engine.Machines;
using Sync.Guest.Config;
using Sync.Shared.Commands;
using Sync.Shared.Control;
using Sync.Shared.Data;
using Sync.Shared.Logs;
using Sync.Shared.Output;
using Sync.Shared.Rates;
using Sync.Shared.Settings;

namespace Sync.Guest.Agent;

/// <summary>The guest's whole life: from the data directory's lock to the last replica's end.</summary>
internal sealed class GuestProcess(DataDirectory data, TimeProvider time, TextWriter error)
{
    // A command that joins or leaves without an agent holds the lock while it talks to the host.
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(3);

    /// <summary>Runs until it is told to end.</summary>
    /// <param name="source">Where its settings come from.</param>
    /// <param name="cancel">Gives up starting.</param>
    public async Task RunAsync(SettingsSource source, CancellationToken cancel)
    {
        var settings = SettingsOptions.Check(source);
        using var givingBack = ResidentPages.GiveBackAfterStart(time);
        using (await DataLock.TakeAsync(data, AgentConnection.IsRunning(data) ? TimeSpan.Zero : LockPatience, time, cancel))
        using (var identity = AgentIdentity.Load(data))
        using (var files = new LogFileProvider(data, time, reason => error.WriteLine($"sync-guest: the log cannot be written to files ({reason}); stderr has it")))
        {
            var logs = new AgentLogging(new LogLevelSwitch(settings.LogLevel), files);
            using var logging = LoggerFactory.Create(logs.Configure);
            await using var live = new LiveSettings(source, settings, time, logging.CreateLogger<LiveSettings>());
            // A host has no name here: the limits of all together are its.
            using var rates = new PeerRates(time, _ => null);
            live.Follow(now => logs.Level.Least = now.LogLevel);
            live.Follow(now => rates.Plan = now.Rates);
            var config = ConfigStore<GuestConfig>.Load(data.ConfigFile, GuestConfigJson.Readable.GuestConfig, new GuestConfig());
            await using var connectors = new HostConnectors(identity, time, logging, rates);
            await using var agent = new GuestAgent(config, data, identity.Fingerprint, connectors.For, time, logging);
            live.Follow(now => agent.LineEndings = LineEndings.Crlf(now.CrlfPatterns));
            live.Start();
            agent.Start();
            var bindings = new LocalBindings(config, data, agent);
            await using var control = await ControlServer.StartAsync(
                data,
                agent,
                time,
                logs.Configure,
                services => services.AddSingleton<IBindings>(bindings).AddSingleton<GuestBindingsService>().AddSingleton(live).AddSingleton<OperationsService>(),
                app =>
                {
                    app.MapGrpcService<GuestBindingsService>();
                    app.MapGrpcService<OperationsService>();
                },
                cancel);
            await error.WriteLineAsync($"sync-guest: running, {config.Current.Bindings.Count} joined directories, data in {Printable.Text(data.Path)}");
            await error.FlushAsync(cancel);
            await control.WaitForStopAsync();
        }
    }
}
