using System.Net;

namespace Sync.Protocol.Serving;

/// <summary>
/// Bounds the connections of a peer endpoint: in all, those of whom nothing is known yet, so that strangers cannot crowd out guests, and those of one
/// guest, so that it cannot crowd out the others.
/// </summary>
internal sealed class ConnectionGate
{
    /// <summary>Connections in all: two for each guest, and strangers. A thousand guests are 2,000, half a megabyte each; 5,000 that are held
    /// are a test's (`HeldConnectionsTests`).</summary>
    public const int MaxConnections = 8192;

    /// <summary>Connections in handshake, or of identities that are not known.</summary>
    public const int MaxStrangers = 64;

    /// <summary>The same from one address; guests behind one NAT share it.</summary>
    public const int MaxStrangersPerAddress = 16;

    /// <summary>Of one guest. It needs two; where its network comes and goes, those that are dead are found within 20 s.</summary>
    public const int MaxConnectionsPerGuest = 64;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, int> _byGuest = new(StringComparer.Ordinal);
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

    /// <summary>A stranger turned out to be a guest; not if that has too many connections already.</summary>
    internal bool TryKnow(IPAddress address, string guest)
    {
        lock (_gate)
        {
            var ofGuest = _byGuest.GetValueOrDefault(guest);
            if (ofGuest >= MaxConnectionsPerGuest) return false;
            _byGuest[guest] = ofGuest + 1;
            RemoveStranger(address);
            return true;
        }
    }

    /// <summary>A connection has ended.</summary>
    internal void Leave(IPAddress address, string? guest)
    {
        lock (_gate)
        {
            _connections--;
            if (guest is null) RemoveStranger(address);
            else if (--_byGuest[guest] == 0) _byGuest.Remove(guest);
        }
    }

    private void RemoveStranger(IPAddress address)
    {
        _strangers--;
        if (--_strangersByAddress[address] == 0) _strangersByAddress.Remove(address);
    }
}
