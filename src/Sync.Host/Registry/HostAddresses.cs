using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Sync.Host.Serving;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Host.Registry;

/// <summary>The addresses that an invite names.</summary>
internal static class HostAddresses
{
    // A token is pasted by hand; a machine with many container networks has dozens.
    private const int Most = 6;

    /// <summary>Those asked for; else the one listened on; where that is every one, this machine's own.</summary>
    public static IReadOnlyList<string> For(IReadOnlyList<string> asked, IPEndPoint? listening, string? lastListen)
    {
        var endpoint = listening ?? (lastListen is not null && ListenAddress.TryParse(lastListen, out var last) && last.Port != 0 ? last : ListenAddress.Usual);
        if (asked.Count > 0)
            return [.. asked.Select(address => WithPort(address, endpoint.Port))];
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

    private static string WithPort(string address, int port)
    {
        var bare = address.StartsWith('[') ? address.EndsWith(']') : !address.Contains(':', StringComparison.Ordinal);
        var whole = bare ? address + ":" + port.ToString(CultureInfo.InvariantCulture) : address;
        return PeerAddresses.IsValid(whole)
            ? whole
            : throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(address)}' is not HOST:PORT");
    }
}
