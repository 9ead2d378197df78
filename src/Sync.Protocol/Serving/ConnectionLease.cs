using System.Net;

namespace Sync.Protocol.Serving;

/// <summary>One connection's place in a <see cref="ConnectionGate"/>.</summary>
internal sealed class ConnectionLease(ConnectionGate gate, IPAddress address) : IDisposable
{
    private readonly Lock _lock = new();
    private string? _guest;
    private bool _ended;

    /// <summary>The peer is a guest: it no longer counts as a stranger. May be called again. False: that guest has too many connections.</summary>
    public bool TryMarkKnown(string guest)
    {
        lock (_lock)
        {
            if (_guest is not null || _ended) return true;
            if (!gate.TryKnow(address, guest)) return false;
            _guest = guest;
            return true;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_ended) return;
            _ended = true;
            gate.Leave(address, _guest);
        }
    }
}
