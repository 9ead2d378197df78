using System.Globalization;
using System.Net;

namespace Sync.Shared.Settings;

/// <summary>Where to listen, as people write it: ADDR:PORT, [ADDR]:PORT, :PORT or PORT; the address may be * or localhost.</summary>
internal static class EndpointText
{
    public static bool TryParse(string text, out IPEndPoint endpoint)
    {
        endpoint = new IPEndPoint(IPAddress.Any, 0);
        var colon = text.LastIndexOf(':');
        if (!ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return false;
        var host = colon < 0 ? "" : text[..colon];
        IPAddress? address;
        if (host is "" or "*")
            address = IPAddress.Any;
        else if (host is "localhost")
            address = IPAddress.Loopback;
        else if (host.StartsWith('[') && host.EndsWith(']'))
            _ = IPAddress.TryParse(host[1..^1], out address);
        else
            address = host.Contains(':', StringComparison.Ordinal) || host.Count(c => c == '.') != 3 || !IPAddress.TryParse(host, out var v4) ? null : v4;
        if (address is null)
            return false;
        endpoint = new IPEndPoint(address, port);
        return true;
    }
}
