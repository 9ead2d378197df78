using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Sync.Host.Serving;
using Sync.Protocol.Identities;
using Sync.Protocol.Lines;
using Sync.Shared.Output;
using Sync.Shared.Settings;

namespace Sync.Host.Registry;

/// <summary>The addresses that an invite names.</summary>
internal static class HostAddresses
{
    // A token is pasted by hand; a machine with many container networks has dozens.
    private const int Most = 6;

    /// <summary>Those asked for; else those listened on; where that is every one of TCP's, this machine's own. A serial line has another name in the machine at
    /// its other end, so it is named only where there is nothing else.</summary>
    public static IReadOnlyList<string> For(IReadOnlyList<string> asked, IReadOnlyList<EndPoint>? listening, string? lastListen)
    {
        var all = listening ?? (lastListen is not null && ListenText.TryParseAll(lastListen, out var last) ? last : [ListenAddress.Usual]);
        var tcp = all.OfType<IPEndPoint>().FirstOrDefault();
        if (asked.Count > 0)
            return [.. asked.Select(address => Checked(address, tcp is { Port: not 0 } ? tcp.Port : ListenAddress.Usual.Port))];
        var named = all.SelectMany(Named).ToList();
        return named.Count > 0 ? named : [.. all.Select(ListenText.Format)];
    }

    private static IEnumerable<string> Named(EndPoint endpoint) => endpoint switch
    {
        IPEndPoint tcp => Tcp(tcp.Port == 0 ? ListenAddress.Usual : tcp),
        LineEndPoint => [],
        VsockEndPoint vsock => [new VsockEndPoint(VsockEndPoint.Host, vsock.Port).ToString()],
        _ => [ListenText.Format(endpoint)],
    };

    private static IReadOnlyList<string> Tcp(IPEndPoint endpoint)
    {
        if (!endpoint.Address.Equals(IPAddress.Any) && !endpoint.Address.Equals(IPAddress.IPv6Any))
            return [endpoint.ToString()];

        var families = endpoint.Address.AddressFamily == AddressFamily.InterNetworkV6 && Socket.OSSupportsIPv4
            ? new[] { AddressFamily.InterNetwork, AddressFamily.InterNetworkV6 }
            : [endpoint.AddressFamily];
        var own = NetworkInterface.GetAllNetworkInterfaces()
            .Where(network => network.OperationalStatus == OperationalStatus.Up && network.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .SelectMany(network => network.GetIPProperties().UnicastAddresses)
            .Select(unicast => unicast.Address)
            .Where(address => families.Contains(address.AddressFamily) && !address.IsIPv6LinkLocal)
            .OrderBy(address => Array.IndexOf(families, address.AddressFamily))
            .Take(Most)
            .Select(address => new IPEndPoint(address, endpoint.Port).ToString())
            .ToList();
        return own.Count > 0 ? own : [new IPEndPoint(IPAddress.Loopback, endpoint.Port).ToString()];
    }

    private static string Checked(string address, int port)
    {
        if (PeerAddress.TryParse(address, out _))
            return address;
        var bare = address.StartsWith('[') ? address.EndsWith(']') : !address.Contains(':', StringComparison.Ordinal);
        var whole = bare ? address + ":" + port.ToString(CultureInfo.InvariantCulture) : address;
        return PeerAddress.TryParse(whole, out _)
            ? whole
            : throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(address)}' is not {PeerAddress.Wanted}");
    }
}
