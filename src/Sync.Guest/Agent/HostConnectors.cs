using Microsoft.Extensions.Logging;
using Sync.Engine.Link;
using Sync.Guest.Config;
using Sync.Protocol.Connecting;
using Sync.Protocol.Identities;
using Sync.Protocol.Transfers;

namespace Sync.Guest.Agent;

/// <summary>The connectors to hosts; bindings to one host at the same addresses share one, and with it their connections.</summary>
internal sealed class HostConnectors(PeerIdentity me, TimeProvider time, ILoggerFactory logging, IBulkLimits limits) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, GrpcHostConnector> _connectors = new(StringComparer.Ordinal);

    public IHostConnector For(BindingRecord binding)
    {
        var key = binding.HostFingerprint + " " + string.Join(' ', binding.Addresses);
        lock (_lock)
        {
            if (!_connectors.TryGetValue(key, out var connector))
            {
                connector = new GrpcHostConnector(binding.Addresses, binding.HostFingerprint, me, time, logging, limits);
                _connectors.Add(key, connector);
            }

            return connector;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var connector in _connectors.Values)
            await connector.DisposeAsync();
    }
}
