using System.CommandLine;
using Sync.Host.Auditing;
using Sync.Host.Config;
using Sync.Host.Registry;
using Sync.Protocol.Control;
using Sync.Protocol.Identities;
using Sync.Shared.Commands;
using Sync.Shared.Data;
using Sync.Shared.Settings;

namespace Sync.Host.Commands;

/// <summary>A command's way to the host's configuration, whether the agent runs or not.</summary>
internal sealed class HostAccess : IDisposable
{
    private readonly ConfigAccess _access;
    private readonly PeerIdentity? _identity;

    private HostAccess(ConfigAccess access, IHostAdministration administration, PeerIdentity? identity)
    {
        _access = access;
        _identity = identity;
        Administration = administration;
    }

    public IHostAdministration Administration { get; }

    public static async Task<HostAccess> OpenAsync(CommandLineHost host, ParseResult parsed, CancellationToken cancel)
    {
        var data = host.Locate(parsed);
        var access = await ConfigAccess.OpenAsync(data, cancel);
        if (access.Agent is { } agent)
            return new HostAccess(access, new RemoteAdministration(agent.HostRegistry), identity: null);
        try
        {
            var identity = AgentIdentity.Load(data);
            var config = ConfigStore<HostConfig>.Load(data.ConfigFile, HostConfigJson.Default.HostConfig, new HostConfig());
            var administration = new HostAdministration(config, data, identity.Fingerprint, new NoRuntime(), TimeProvider.System, () => Usual(host, data));
            return new HostAccess(access, new AuditedAdministration(administration, CommandAudit.Open(host, parsed, data)), identity);
        }
        catch
        {
            access.Dispose();
            throw;
        }
    }

    private static PolicyInfo Usual(CommandLineHost host, DataDirectory data) =>
        PolicyDefaults.Of(SettingsOptions.Check(new SettingsSource(host.Program, data, Environment.GetEnvironmentVariables(), [])));

    /// <inheritdoc/>
    public void Dispose()
    {
        _identity?.Dispose();
        _access.Dispose();
    }
}
