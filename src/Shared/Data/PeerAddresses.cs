using System.Globalization;
using System.Net;

namespace Sync.Shared.Data;

/// <summary>"HOST:PORT", as people type it.</summary>
internal static class PeerAddresses
{
    /// <summary>A name or address, a colon, a port; an IPv6 address stands in brackets.</summary>
    public static bool IsValid(string text) => TrySplit(text, out _, out _);

    /// <summary>Its parts: the host without brackets, the port.</summary>
    public static bool TrySplit(string text, out string host, out int port)
    {
        (host, port) = ("", 0);
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number == 0)
            return false;
        (host, port) = (text[..colon], number);
        if (!host.StartsWith('['))
            return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
        if (!host.EndsWith(']') || !IPAddress.TryParse(host[1..^1], out _))
            return false;
        host = host[1..^1];
        return true;
    }
}
