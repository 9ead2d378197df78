using System.Globalization;
using System.Net;

namespace Sync.Host.Serving;

/// <summary>What <c>--listen</c> may say: ADDR:PORT, [ADDR]:PORT, :PORT or PORT; the address may be * or localhost.</summary>
internal static class ListenAddress
{
    /// <summary>Where the host listens if nothing is said.</summary>
    public static readonly IPEndPoint Usual = new(IPAddress.Any, 7443);

    public static bool TryParse(string text, out IPEndPoint endpoint)
    {
        endpoint = Usual;
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
