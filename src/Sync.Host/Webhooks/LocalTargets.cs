using System.Net;
using System.Net.Sockets;

namespace Sync.Host.Webhooks;

/// <summary>
/// Which addresses are this machine or a private network: who may add a webhook may otherwise have the host call what only the host can reach.
/// </summary>
internal static class LocalTargets
{
    /// <summary>Whether a host name or literal address is plainly local. A name that resolves to one is caught when it is connected to.</summary>
    public static bool IsLocal(string host) =>
        string.Equals(host, "localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IsLocal(address));

    /// <summary>Whether an address is loopback, private, link-local, shared, unspecified, multicast or reserved.</summary>
    public static bool IsLocal(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (IPAddress.IsLoopback(address) || address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any))
            return true;
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6UniqueLocal || address.IsIPv6Multicast || IsTranslated(address);
        Span<byte> bytes = stackalloc byte[4];
        address.TryWriteBytes(bytes, out _);
        return bytes[0] is 0 or 10 or 127 or >= 224
            || bytes is [172, >= 16 and <= 31, ..]
            || bytes is [192, 168, ..]
            || bytes is [192, 0, 0, ..]
            || bytes is [169, 254, ..]
            || bytes is [100, >= 64 and <= 127, ..]
            || bytes is [198, 18 or 19, ..];
    }

    // 64:ff9b::/96 and 2002::/16 carry an IPv4 address, which may be a local one.
    private static bool IsTranslated(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out _);
        if (bytes[..4].SequenceEqual((ReadOnlySpan<byte>)[0x00, 0x64, 0xff, 0x9b]))
            return IsLocal(new IPAddress(bytes[12..]));
        return bytes[0] == 0x20 && bytes[1] == 0x02 && IsLocal(new IPAddress(bytes[2..6]));
    }
}
