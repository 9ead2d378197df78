using System.Text;

namespace Sync.Shared.Services;

/// <summary>An agent's unit for systemd: what `service install` and the packages write. Pure.</summary>
internal static class SystemdUnit
{
    /// <summary>
    /// What an agent never needs, taken away. System directories cannot be written (a drop-in with ReadWritePaths= gives one back); home directories and /srv, /mnt can,
    /// for these are what is shared. JIT-compiled code stays allowed: the host's web server has it.
    /// </summary>
    private static readonly string[] Hardening =
    [
        "NoNewPrivileges=yes",
        "ProtectSystem=full",
        "PrivateTmp=no",
        "ProtectKernelTunables=yes",
        "ProtectKernelModules=yes",
        "ProtectKernelLogs=yes",
        "ProtectControlGroups=yes",
        "ProtectClock=yes",
        "ProtectHostname=yes",
        "ProtectProc=invisible",
        "RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX AF_NETLINK AF_VSOCK",
        "RestrictNamespaces=yes",
        "RestrictRealtime=yes",
        "RestrictSUIDSGID=no",
        "LockPersonality=yes",
        "SystemCallArchitectures=native",
        "SystemCallFilter=@system-service",
        "SystemCallErrorNumber=EPERM",
        "AmbientCapabilities=",
        "RemoveIPC=yes",
    ];

    /// <summary>The unit's text.</summary>
    public static string Render(ServiceDefinition service)
    {
        var text = new StringBuilder();
        void Line(string line) => text.Append(line).Append('\n');
        Line("[Unit]");
        Line("Description=" + service.Description);
        Line($"Documentation=man:{service.Program}(1)");
        Line("After=network-online.target local-fs.target remote-fs.target");
        Line("Wants=network-online.target");
        Line("");
        Line("[Service]");
        // The agent says when commands reach it, and while it lives.
        Line("Type=notify");
        Line("NotifyAccess=main");
        Line("ExecStart=" + string.Join(' ', new[] { service.Executable }.Concat(service.Arguments).Select(Quote)));
        if (service.User is { } user) Line("User=" + user);
        if (service.StateDirectory is { } state)
        {
            Line("StateDirectory=" + state);
            Line("StateDirectoryMode=0700");
        }

        Line("WatchdogSec=60");
        Line("Restart=on-failure");
        Line("RestartSec=2");
        // A command line or a right that is wrong does not mend by itself.
        Line("RestartPreventExitStatus=2 6");
        Line("TimeoutStopSec=30");
        Line("LimitNOFILE=65536");
        if (!service.IsUsers)
        {
            foreach (var line in Hardening) Line(line);
            // Root is root over files alone: it places them for their owners.
            Line("CapabilityBoundingSet=" + (service.User is null or "root" ? "CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID" : ""));
        }

        Line("");
        Line("[Install]");
        Line("WantedBy=" + (service.IsUsers ? "default.target" : "multi-user.target"));
        return text.ToString();
    }

    /// <summary>A word of a command line, by systemd.syntax(7): quoted where need be, with specifiers and variables taken as text.</summary>
    internal static string Quote(string word)
    {
        var plain = word.Replace("%", "%%", StringComparison.Ordinal).Replace("$", "$$", StringComparison.Ordinal);
        return plain.Length > 0 && !plain.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'' or '\\' or ';')
            ? plain
            : "\"" + plain.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal) + "\"";
    }
}
