using Sync.Shared.Doctor;
using Sync.Shared.Output;

namespace Sync.Shared.Services;

/// <summary>Makes an agent a service, takes it away, and asks after it, by the system's own programs.</summary>
/// <param name="kind">Which system.</param>
/// <param name="directory">Where definitions are; unused on Windows.</param>
/// <param name="isUsers">A service of one user, not of the machine.</param>
/// <param name="programs">Runs them.</param>
internal sealed class ServiceInstaller(ServiceKind kind, string directory, bool isUsers, IProgramRunner programs)
{
    /// <summary>Where a program's definition is; null on Windows, which has a registry for them.</summary>
    public string? FileOf(string program) => kind switch
    {
        ServiceKind.Systemd => Path.Join(directory, program + ".service"),
        ServiceKind.Launchd => Path.Join(directory, LaunchdPlist.Label(program) + ".plist"),
        _ => null,
    };

    /// <summary>A definition's text.</summary>
    public static string Render(ServiceKind kind, ServiceDefinition service) => kind switch
    {
        ServiceKind.Systemd => SystemdUnit.Render(service),
        ServiceKind.Launchd => LaunchdPlist.Render(service),
        _ => WindowsServiceText.Render(service),
    };

    /// <summary>Writes the definition, has it started with the machine (or the user's log-in) and now. Again, with other words, it takes the old one's place.</summary>
    /// <returns>What is left to say to the person.</returns>
    /// <exception cref="CommandFailure">It cannot be done.</exception>
    public async Task<string> InstallAsync(ServiceDefinition service, CancellationToken cancel)
    {
        await CheckUserAsync(service.User, cancel);
        if (FileOf(service.Program) is { } file)
        {
            if (new FileInfo(file).LinkTarget == "/dev/null") throw new CommandFailure($"{service.Program}.service is masked; 'systemctl unmask {service.Program}' first");
            Directory.CreateDirectory(directory);
            await File.WriteAllTextAsync(file, Render(kind, service), cancel);
        }

        switch (kind)
        {
            case ServiceKind.Systemd:
                if (!await IsSystemdAsync(cancel))
                {
                    // An image that is being built starts it at its first boot. A user's is enabled by the user's own systemd alone.
                    var enabled = isUsers ? null : await programs.RunAsync("systemctl", ["enable", service.Program + ".service"], cancel);
                    return $"{FileOf(service.Program)} is written{(enabled is { Code: 0 } ? ", enabled" : "")}; systemd does not run here, so nothing is started";
                }

                await DoAsync("systemctl", Systemctl("daemon-reload"), cancel);
                await DoAsync("systemctl", Systemctl("enable", service.Program + ".service"), cancel);
                await DoAsync("systemctl", Systemctl("--no-block", "restart", service.Program + ".service"), cancel);
                return $"{FileOf(service.Program)} is written, enabled, and being started: see '{service.Program} service status'";
            case ServiceKind.Launchd:
                await programs.RunAsync("launchctl", ["bootout", await DomainAsync(cancel), FileOf(service.Program)!], cancel);
                await DoAsync("launchctl", ["bootstrap", await DomainAsync(cancel), FileOf(service.Program)!], cancel);
                return $"{FileOf(service.Program)} is written and loaded";
            default:
                foreach (var command in WindowsServiceText.Install(service)) await DoAsync("sc", command, cancel);
                return $"the service {service.Program} is made and started";
        }
    }

    /// <summary>Stops it and removes its definition; data and files stay.</summary>
    /// <exception cref="CommandFailure">There is none, or it cannot be done.</exception>
    public async Task UninstallAsync(string program, CancellationToken cancel)
    {
        var file = FileOf(program);
        if (file is not null && !File.Exists(file)) throw new CommandFailure($"{file} does not exist: there is no service {program} that 'service install' made");
        switch (kind)
        {
            case ServiceKind.Systemd:
                var runs = await IsSystemdAsync(cancel);
                if (runs) await DoAsync("systemctl", Systemctl("--no-block", "stop", program + ".service"), cancel);
                if (runs) await DoAsync("systemctl", Systemctl("disable", program + ".service"), cancel);
                // In an image that is being built.
                else if (!isUsers) await programs.RunAsync("systemctl", ["disable", program + ".service"], cancel);
                File.Delete(file!);
                if (runs) await DoAsync("systemctl", Systemctl("daemon-reload"), cancel);
                break;
            case ServiceKind.Launchd:
                await programs.RunAsync("launchctl", ["bootout", await DomainAsync(cancel), file!], cancel);
                File.Delete(file!);
                break;
            default:
                foreach (var command in WindowsServiceText.Uninstall(program)) await DoAsync("sc", command, cancel);
                break;
        }
    }

    /// <summary>Whether it is installed and runs, in the system's own words.</summary>
    public async Task<(bool Runs, string Text)> StatusAsync(string program, CancellationToken cancel)
    {
        if (FileOf(program) is { } file && !File.Exists(file))
        {
            // The package's, or, asked by a user, the machine's.
            var other = kind == ServiceKind.Systemd ? await programs.RunAsync("systemctl", ["is-active", program + ".service"], cancel) : null;
            return other is { Code: 0 } ? (true, $"{program}: {other.Output.Trim()} (a unit of the machine)") : (false, $"{program} is no service here: {file} does not exist, and no other unit of that name runs");
        }

        var told = kind switch
        {
            ServiceKind.Systemd => await programs.RunAsync("systemctl", Systemctl("is-active", program + ".service"), cancel),
            ServiceKind.Launchd => await programs.RunAsync("launchctl", ["print", await DomainAsync(cancel) + "/" + LaunchdPlist.Label(program)], cancel),
            _ => await programs.RunAsync("sc", ["query", program], cancel),
        };
        var words = told is null ? "its service manager is not installed" : (told.Output + told.Error).Trim();
        var runs = told is { Code: 0 } && (kind != ServiceKind.Windows || words.Contains("RUNNING", StringComparison.Ordinal));
        return (runs, $"{program}: {(kind == ServiceKind.Systemd ? words.ReplaceLineEndings("; ") : runs ? "active" : "not active")}{(FileOf(program) is { } at ? $" ({at})" : "")}");
    }

    private async Task CheckUserAsync(string? user, CancellationToken cancel)
    {
        if (user is null || kind == ServiceKind.Windows) return;
        if (await programs.RunAsync("id", ["-u", "--", user], cancel) is { Code: not 0 }) throw new CommandFailure($"there is no user '{user}' here; make it first, or name another");
    }

    private string[] Systemctl(params string[] words) => isUsers ? ["--user", .. words] : words;

    private async Task<bool> IsSystemdAsync(CancellationToken cancel) =>
        // "offline" where it is installed and does not run, as in a container or an image that is being built.
        await programs.RunAsync("systemctl", Systemctl("is-system-running"), cancel) is { } told && told.Output.Trim() is not ("offline" or "unknown" or "");

    private async Task<string> DomainAsync(CancellationToken cancel)
    {
        if (!isUsers) return "system";
        return await programs.RunAsync("id", ["-u"], cancel) is { Code: 0 } id ? "gui/" + id.Output.Trim() : throw new CommandFailure("this user's number is not known: 'id -u' fails");
    }

    private async Task DoAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancel)
    {
        var told = await programs.RunAsync(program, arguments, cancel) ?? throw new CommandFailure($"{program} is not installed");
        if (told.Code != 0) throw new CommandFailure($"'{program} {string.Join(' ', arguments)}' failed: {(told.Error + told.Output).Trim().ReplaceLineEndings("; ")}");
    }
}
