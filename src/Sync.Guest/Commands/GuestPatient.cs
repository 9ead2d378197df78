using Sync.Guest.Config;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Data;
using Sync.Shared.Doctor;

namespace Sync.Guest.Commands;

/// <summary>The guest, for <c>doctor</c>.</summary>
internal static class GuestPatient
{
    public static DoctorPatient Of(CommandLineHost host, DataDirectory data, AgentStatus? status)
    {
        var config = ConfigStore<GuestConfig>.Load(data.ConfigFile, GuestConfigJson.Readable.GuestConfig, new GuestConfig()).Current;
        return new DoctorPatient
        {
            Program = host.Program,
            StartCommand = host.StartCommand,
            Data = data,
            Roots = [.. config.Bindings.Select(b => new DoctorRoot(b.Share, b.Directory))],
            Hosts = [.. config.Bindings.GroupBy(b => b.HostFingerprint, StringComparer.Ordinal)
                .Select(g => new DoctorPeer(g.Key, [.. g.SelectMany(b => b.Addresses).Distinct(StringComparer.Ordinal)]))],
            Status = status,
        };
    }
}
