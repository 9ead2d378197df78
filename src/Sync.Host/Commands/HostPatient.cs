using Sync.Host.Config;
using Sync.Host.Serving;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Data;
using Sync.Shared.Doctor;

namespace Sync.Host.Commands;

/// <summary>The host, for <c>doctor</c>.</summary>
internal static class HostPatient
{
    public static DoctorPatient Of(CommandLineHost host, DataDirectory data, AgentStatus? status) => Of(host.Program, host.StartCommand, data, status);

    /// <summary>The same, where there is no command line.</summary>
    public static DoctorPatient Of(string program, string startCommand, DataDirectory data, AgentStatus? status)
    {
        var config = ConfigStore<HostConfig>.Load(data.ConfigFile, HostConfigJson.Default.HostConfig, new HostConfig()).Current;
        var listen = status?.Listen is { Length: > 0 } now ? now : config.LastListen;
        return new DoctorPatient
        {
            Program = program,
            StartCommand = startCommand,
            Data = data,
            Roots = [.. config.Shares.Select(s => new DoctorRoot(s.Name, s.Path, s.Policy.ToPolicy().MinFreeBytes))],
            Listen = listen is null ? ListenAddress.Usual : ListenAddress.TcpOf(listen),
            Status = status,
        };
    }
}
