using System.Globalization;
using System.Net;

namespace Sync.Protocol.Identities;

/// <summary>"host:port", where a peer listens; an IPv6 address stands in brackets.</summary>
internal readonly record struct PeerAddress(string Host, int Port)
{
    private const int MaxHost = 253;

    /// <summary>Parses strictly: a host name or an IP address, a colon, a port.</summary>
    public static bool TryParse(string text, out PeerAddress address)
    {
        address = default;
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0) return false;
        var host = text[..colon];
        if (host.StartsWith('[') && host.EndsWith(']'))
        {
            host = host[1..^1];
            if (!IPAddress.TryParse(host, out var ip) || ip.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6) return false;
        }
        else if (host.Length > MaxHost || Uri.CheckHostName(host) is not (UriHostNameType.Dns or UriHostNameType.IPv4))
        {
            return false;
        }

        address = new PeerAddress(host, port);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        (Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host) + ":" + Port.ToString(CultureInfo.InvariantCulture);
}
