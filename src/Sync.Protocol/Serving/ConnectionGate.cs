using System.Net;

namespace Sync.Protocol.Serving;

/// <summary>
/// Bounds the connections of a peer endpoint: in all, and those of whom nothing is known yet, so that strangers cannot crowd out guests.
/// </summary>
internal sealed class ConnectionGate
{
    /// <summary>Connections in all: two for each guest, and strangers. A thousand guests are 2,000; half a megabyte a guest is what they cost.</summary>
    public const int MaxConnections = 4096;

    /// <summary>Connections in handshake, or of identities that are not known.</summary>
    public const int MaxStrangers = 64;

    /// <summary>The same from one address; guests behind one NAT share it.</summary>
    public const int MaxStrangersPerAddress = 16;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, int> _strangersByAddress = [];
    private int _connections;
    private int _strangers;

    /// <summary>Admits a connection as a stranger, or not: null.</summary>
    public ConnectionLease? TryEnter(IPAddress address)
    {
        lock (_gate)
        {
            var ofAddress = _strangersByAddress.GetValueOrDefault(address);
            if (_connections >= MaxConnections || _strangers >= MaxStrangers || ofAddress >= MaxStrangersPerAddress) return null;
            _connections++;
            _strangers++;
            _strangersByAddress[address] = ofAddress + 1;
            return new ConnectionLease(this, address);
        }
    }

    /// <summary>A stranger turned out to be a guest, or left.</summary>
    internal void RemoveStranger(IPAddress address)
    {
        lock (_gate)
        {
            _strangers--;
            if (--_strangersByAddress[address] == 0) _strangersByAddress.Remove(address);
        }
    }

    internal void RemoveConnection()
    {
        lock (_gate) _connections--;
    }
}
