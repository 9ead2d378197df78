using System.Globalization;
using System.Net;

namespace Sync.Shared.Data;

/// <summary>"HOST:PORT", as people type it.</summary>
internal static class PeerAddresses
{
    /// <summary>A name or address, a colon, a port; an IPv6 address stands in brackets.</summary>
    public static bool IsValid(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0)
            return false;
        var host = text[..colon];
        if (host.StartsWith('['))
            return host.EndsWith(']') && IPAddress.TryParse(host[1..^1], out _);
        return Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;
    }
}
