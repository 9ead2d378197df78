using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Sync.Engine.Link;
using Sync.Protocol.Connecting;
using Sync.Protocol.Identities;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Shared.Doctor.Checks;

/// <summary>A guest's way to each host: reached, round trip, throughput, clocks, path MTU. Some seconds and 40 MB a host at most.</summary>
internal sealed class HostLinkCheck(TimeProvider time) : IDoctorCheck
{
    private const string Name = "host";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan ClockWarning = TimeSpan.FromSeconds(2);

    // What every IPv6 link carries; less is a tunnel in a tunnel.
    private const int SmallMtu = 1280;

    public async Task<IReadOnlyList<DoctorFinding>> RunAsync(DoctorPatient patient, CancellationToken cancel)
    {
        if (patient.Hosts.Count == 0)
            return [];
        var findings = new List<DoctorFinding>();
        using var identity = AgentIdentity.Load(patient.Data);
        foreach (var host in patient.Hosts)
            findings.AddRange(await MeasureAsync(host, identity, cancel));
        return findings;
    }

    /// <summary>What a measurement is worth. Pure.</summary>
    public static IEnumerable<DoctorFinding> Judge(string address, HostMeasurement measured, int? mtu)
    {
        var trip = measured.RoundTrip.TotalMilliseconds;
        yield return DoctorFinding.Ok(
            Name,
            string.Create(CultureInfo.InvariantCulture, $"reached over TLS 1.3: round trip {trip:0.0} ms, {Rate(measured.UpBytesPerSecond)} there, {Rate(measured.DownBytesPerSecond)} back"),
            address);
        var off = measured.ClockOffset.Duration();
        var text = string.Create(CultureInfo.InvariantCulture, $"the host's clock is {off.TotalMilliseconds:0} ms {(measured.ClockOffset < TimeSpan.Zero ? "behind" : "ahead")} (± {trip / 2:0.0} ms)");
        yield return off > ClockWarning
            ? DoctorFinding.Warning("clock", text + ": newest-wins corrects for it, people do not", "sudo timedatectl set-ntp true   # here and on the host", address)
            : DoctorFinding.Ok("clock", text, address);
        if (mtu is { } bytes)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"path MTU {bytes} bytes");
            yield return bytes < SmallMtu
                ? DoctorFinding.Warning("mtu", path + ": each packet carries little", "ip link   # look for the tunnel or the interface with the small mtu", address)
                : DoctorFinding.Ok("mtu", path, address);
        }
    }

    private async Task<IEnumerable<DoctorFinding>> MeasureAsync(DoctorPeer host, PeerIdentity identity, CancellationToken cancel)
    {
        var failed = new List<DoctorFinding>();
        foreach (var address in host.Addresses)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            patience.CancelAfter(Patience);
            try
            {
                var measured = await HostProbe.MeasureAsync(address, host.Fingerprint, identity, time, NullLoggerFactory.Instance, patience.Token);
                // One way is enough: the others are worth a word.
                return failed.Select(f => f with { Level = DoctorLevel.Warning }).Concat(Judge(address, measured, await PathMtuAsync(address, patience.Token)));
            }
            catch (LinkException e) when (e.Failure == LinkFailure.Incompatible)
            {
                return failed.Append(DoctorFinding.Warning(Name, e.Message, null, address));
            }
            catch (LinkException e)
            {
                failed.Add(DoctorFinding.Problem(Name, e.Message, "sync-host doctor   # on the host: does it listen, does its firewall let guests in", address));
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                failed.Add(DoctorFinding.Problem(Name, $"not measured within {Patience.TotalSeconds:0} s", "sync-host doctor   # on the host", address));
            }
        }

        return failed;
    }

    /// <summary>What the kernel knows by now of the way there: the bytes just measured have found it out. Null where it does not tell.</summary>
    private static async Task<int?> PathMtuAsync(string address, CancellationToken cancel)
    {
        if (!OperatingSystem.IsLinux() || !PeerAddress.TryParse(address, out var parsed) || parsed.Transport != PeerTransport.Tcp)
            return null;
        try
        {
            var ip = (await Dns.GetHostAddressesAsync(parsed.Host, cancel))[0];
            using var socket = new Socket(ip.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            await socket.ConnectAsync(new IPEndPoint(ip, (int)parsed.Port), cancel);
            // linux/in.h: IP_MTU; linux/in6.h: IPV6_MTU.
            var value = new byte[sizeof(int)];
            _ = ip.AddressFamily == AddressFamily.InterNetworkV6 ? socket.GetRawSocketOption(41, 24, value) : socket.GetRawSocketOption(0, 14, value);
            return BitConverter.ToInt32(value);
        }
        catch (SocketException)
        {
            // It was reached a moment ago: then there is nothing to tell.
            return null;
        }
    }

    private static string Rate(double? bytesPerSecond) => bytesPerSecond is { } rate ? Printable.Bytes((long)rate) + "/s" : "?";
}
