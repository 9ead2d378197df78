using System.Globalization;
using System.Net;
using System.Text;

namespace Sync.Protocol.Identities;

/// <summary>
/// The way to a peer: "host:port" (an IPv6 address stands in brackets; "https://" may stand before it), "unix:PATH", "serial:PATH" or "vsock:CID:PORT".
/// Only <see cref="TryParse"/> makes one.
/// </summary>
public readonly record struct PeerAddress
{
    private const int MaxHost = 253;

    // sockaddr_un.sun_path holds 108 bytes with the closing NUL.
    private const int MaxSocketPath = 107;
    private const int MaxPath = 1024;
    private const string Https = "https://";
    private const string Unix = "unix:";
    private const string Serial = "serial:";
    private const string Vsock = "vsock:";

    private PeerAddress(PeerTransport transport, string host, uint port) => (Transport, Host, Port) = (transport, host, port);

    /// <summary>What carries the bytes.</summary>
    public PeerTransport Transport { get; }

    /// <summary>A host name or IP address without brackets; a path; the decimal CID of a vsock.</summary>
    public string Host { get; }

    /// <summary>1 to 65,535 for TCP, from 0 on for vsock; 0 where there is none.</summary>
    public uint Port { get; }

    /// <summary>What URLs name: host and port, or a name that stands for what has none.</summary>
    internal string Authority => Transport == PeerTransport.Tcp ? ToString() : "peer.invalid";

    /// <summary>What to write instead of a text that is none, for messages.</summary>
    public const string Wanted = "HOST:PORT, unix:PATH, serial:PATH or vsock:CID:PORT";

    /// <summary>Parses strictly.</summary>
    public static bool TryParse(string text, out PeerAddress address)
    {
        address = default;
        if (text.StartsWith(Unix, StringComparison.Ordinal)) return TryPath(PeerTransport.Unix, text[Unix.Length..], MaxSocketPath, out address);
        if (text.StartsWith(Serial, StringComparison.Ordinal)) return TryPath(PeerTransport.Serial, text[Serial.Length..], MaxPath, out address);
        if (text.StartsWith(Vsock, StringComparison.Ordinal)) return TryVsock(text[Vsock.Length..], out address);
        return TryTcp(text.StartsWith(Https, StringComparison.Ordinal) ? text[Https.Length..] : text, out address);
    }

    /// <inheritdoc/>
    public override string ToString() => Transport switch
    {
        PeerTransport.Unix => Unix + Host,
        PeerTransport.Serial => Serial + Host,
        PeerTransport.Vsock => Vsock + Host + ":" + Port.ToString(CultureInfo.InvariantCulture),
        _ => (Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host) + ":" + Port.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>An absolute path (on Windows also a pipe's name), without commas: lists of addresses are divided by them.</summary>
    private static bool TryPath(PeerTransport transport, string path, int most, out PeerAddress address)
    {
        address = new PeerAddress(transport, path, 0);
        return (path.StartsWith('/') || path.StartsWith(@"\\.\pipe\", StringComparison.Ordinal)) && path.Length > 1
            && Encoding.UTF8.GetByteCount(path) <= most && !path.Any(c => char.IsControl(c) || c == ',');
    }

    private static bool TryVsock(string text, out PeerAddress address)
    {
        address = default;
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon <= 0
            || !uint.TryParse(text.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var cid)
            || !uint.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || cid == uint.MaxValue || port == uint.MaxValue)
        {
            return false;
        }

        address = new PeerAddress(PeerTransport.Vsock, cid.ToString(CultureInfo.InvariantCulture), port);
        return true;
    }

    /// <summary>A host that is called like one of the other ways is refused: written without "https://" its address would be theirs.</summary>
    private static bool TryTcp(string text, out PeerAddress address)
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
        else if (host.Length > MaxHost || host is "unix" or "serial" or "vsock" || Uri.CheckHostName(host) is not (UriHostNameType.Dns or UriHostNameType.IPv4))
        {
            return false;
        }

        address = new PeerAddress(PeerTransport.Tcp, host, port);
        return true;
    }
}
