using Sync.Host.Auditing;
using Sync.Host.Config;
using Sync.Host.Registry;
using Sync.Protocol.Identities;
using Sync.Shared.Control;
using Sync.Shared.Data;
using Sync.Shared.Rates;
using Sync.Shared.Settings;

namespace Sync.Host.Serving;

/// <summary>What a running host is made of; whoever made the parts ends them.</summary>
/// <param name="Config">What it remembers.</param>
/// <param name="Identity">Who it is.</param>
/// <param name="Agent">Its shares.</param>
/// <param name="Audit">Who did what.</param>
/// <param name="Settings">What a person sets.</param>
/// <param name="Rates">How fast bulk transfers may go.</param>
/// <param name="Logs">Where it logs.</param>
internal sealed record HostParts(
    ConfigStore<HostConfig> Config, PeerIdentity Identity, HostAgent Agent, IAuditLog Audit, LiveSettings Settings, PeerRates Rates, AgentLogging Logs);
