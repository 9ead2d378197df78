using System.Net;

namespace Sync.Protocol.Serving;

/// <summary>One connection's place in a <see cref="ConnectionGate"/>.</summary>
internal sealed class ConnectionLease(ConnectionGate gate, IPAddress address) : IDisposable
{
    private int _known;

    /// <summary>The peer is a guest: it no longer counts as a stranger. May be called again.</summary>
    public void MarkKnown()
    {
        if (Interlocked.Exchange(ref _known, 1) == 0) gate.RemoveStranger(address);
    }

    public void Dispose()
    {
        MarkKnown();
        gate.RemoveConnection();
    }
}
