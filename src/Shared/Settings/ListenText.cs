using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Sync.Protocol.Identities;
using Sync.Protocol.Lines;

namespace Sync.Shared.Settings;

/// <summary>Where a host waits for guests, as people write it: ADDR:PORT, unix:PATH, serial:PATH, vsock:PORT; several divided by commas.</summary>
internal static class ListenText
{
    public const string Wanted = "ADDR:PORT, such as 0.0.0.0:7443 or [::]:7443, unix:PATH, serial:PATH or vsock:PORT; several are divided by commas";

    private const string Vsock = "vsock:";

    /// <summary>One or more, no two alike.</summary>
    public static bool TryParseAll(string text, out IReadOnlyList<EndPoint> endpoints)
    {
        var all = new List<EndPoint>();
        endpoints = all;
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            if (!TryParse(part, out var endpoint) || all.Contains(endpoint))
                return false;
            all.Add(endpoint);
        }

        return true;
    }

    /// <summary>One.</summary>
    public static bool TryParse(string text, out EndPoint endpoint)
    {
        endpoint = new IPEndPoint(IPAddress.Any, 0);
        if (text.StartsWith(Vsock, StringComparison.Ordinal))
        {
            if (!uint.TryParse(text.AsSpan(Vsock.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == uint.MaxValue)
                return false;
            endpoint = new VsockEndPoint(VsockEndPoint.Any, port);
            return true;
        }

        if (PeerAddress.TryParse(text, out var address) && address.Transport is PeerTransport.Unix or PeerTransport.Serial)
        {
            endpoint = address.Transport == PeerTransport.Unix ? new UnixDomainSocketEndPoint(address.Host) : new LineEndPoint(address.Host);
            return true;
        }

        if (!EndpointText.TryParse(text, out var ip))
            return false;
        endpoint = ip;
        return true;
    }

    /// <summary>As <see cref="TryParseAll"/> reads it.</summary>
    public static string Format(IEnumerable<EndPoint> endpoints) => string.Join(", ", endpoints.Select(Format));

    /// <summary>As <see cref="TryParse"/> reads it.</summary>
    public static string Format(EndPoint endpoint) => endpoint is UnixDomainSocketEndPoint ? "unix:" + endpoint : endpoint.ToString()!;
}
