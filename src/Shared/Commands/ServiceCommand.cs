using System.CommandLine;
using Sync.Shared.Data;
using Sync.Shared.Doctor;
using Sync.Shared.Output;
using Sync.Shared.Services;

namespace Sync.Shared.Commands;

/// <summary><c>service install|uninstall|status|print</c>.</summary>
internal static class ServiceCommand
{
    private static readonly Dictionary<string, ServiceKind> Kinds = new(StringComparer.Ordinal)
    {
        ["systemd"] = ServiceKind.Systemd, ["launchd"] = ServiceKind.Launchd, ["windows"] = ServiceKind.Windows,
    };

    /// <param name="host">The program.</param>
    /// <param name="start">The command that is the agent: "serve" or "run".</param>
    public static Command Create(CommandLineHost host, string start) => new DocumentedCommand(
        "service", "Have the agent started with the machine, by systemd, launchd or Windows", $"{host.Program} service install --user alice", $"{host.Program} service status")
    {
        Install(host, start), Uninstall(host), Status(host), Print(host, start),
    };

    private static Command Install(CommandLineHost host, string start)
    {
        var (user, words) = (User(), Words(start));
        var command = new DocumentedCommand(
            "install", "Write the service's definition and start it; as root for the machine, else for this user alone",
            $"sudo {host.Program} service install --user alice", $"{host.Program} service install -- --log debug")
        {
            user, words,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            var service = Define(host, start, parsed, user, words);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(Printable.Text(await Installer().InstallAsync(service, cancel)));
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Uninstall(CommandLineHost host)
    {
        var command = new DocumentedCommand("uninstall", "Stop the service and remove its definition; data and files stay", $"sudo {host.Program} service uninstall");
        command.SetAction(async (parsed, cancel) =>
        {
            await Installer().UninstallAsync(host.Program, cancel);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{host.Program} is no service any more; its data and all files stay");
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Status(CommandLineHost host)
    {
        var command = new DocumentedCommand("status", "Whether the service is installed and runs: 0 if it does, else 1", $"{host.Program} service status");
        command.SetAction(async (parsed, cancel) =>
        {
            var (runs, text) = await Installer().StatusAsync(host.Program, cancel);
            await parsed.InvocationConfiguration.Output.WriteLineAsync(Printable.Text(text));
            return (int)(runs ? ExitCode.Done : ExitCode.Failed);
        });
        return command;
    }

    private static Command Print(CommandLineHost host, string start)
    {
        var (user, words) = (User(), Words(start));
        var kind = new Option<string?>("--kind") { Description = "systemd, launchd or windows (this system's)", HelpName = "KIND" };
        kind.AcceptOnlyFromAmong([.. Kinds.Keys]);
        var executable = new Option<string?>("--executable") { Description = "Where the program will be (where it is)", HelpName = "FILE" };
        var state = new Option<string?>("--state-directory") { Description = "The directory in /var/lib that systemd makes for it", HelpName = "NAME" };
        var command = new DocumentedCommand("print", "Print the definition that 'install' would write", $"{host.Program} service print --kind systemd --user alice")
        {
            kind, user, executable, state, words,
        };
        command.SetAction(async (parsed, _) =>
        {
            var service = Define(host, start, parsed, user, words);
            service = service with { Executable = parsed.GetValue(executable) ?? service.Executable, StateDirectory = parsed.GetValue(state) };
            await parsed.InvocationConfiguration.Output.WriteAsync(ServiceInstaller.Render(parsed.GetValue(kind) is { } asked ? Kinds[asked] : Here, service));
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static ServiceKind Here => OperatingSystem.IsWindows() ? ServiceKind.Windows : OperatingSystem.IsMacOS() ? ServiceKind.Launchd : ServiceKind.Systemd;

    private static bool IsUsers => !OperatingSystem.IsWindows() && !Environment.IsPrivilegedProcess;

    private static ServiceInstaller Installer()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var directory = (Here, IsUsers) switch
        {
            (ServiceKind.Systemd, false) => "/etc/systemd/system",
            (ServiceKind.Systemd, true) => Path.Join(home, ".config", "systemd", "user"),
            (ServiceKind.Launchd, false) => "/Library/LaunchDaemons",
            (ServiceKind.Launchd, true) => Path.Join(home, "Library", "LaunchAgents"),
            _ => "",
        };
        return new ServiceInstaller(Here, directory, IsUsers, new ProgramRunner());
    }

    private static Option<string?> User() => new("--user") { Description = "As whom it runs; the owner of the directories (root, or this user)", HelpName = "NAME" };

    private static Argument<string[]> Words(string start) => new("ARG") { Description = $"After --: more options of '{start}'", Arity = ArgumentArity.ZeroOrMore };

    private static ServiceDefinition Define(CommandLineHost host, string start, ParseResult parsed, Option<string?> user, Argument<string[]> words)
    {
        var asked = parsed.GetValue(user);
        if (asked is not null && (asked.Length == 0 || asked.Any(c => char.IsWhiteSpace(c) || char.IsControl(c))))
            throw new CommandFailure(ExitCode.Usage, $"'{Printable.Text(asked)}' is not a user's name");
        if (asked is not null && IsUsers && parsed.CommandResult.Command.Name == "install")
            throw new CommandFailure(ExitCode.NotAllowed, "only root installs a service for another user; leave --user out, or use sudo");
        // The service's own environment will not say it.
        var directory = parsed.GetValue(host.Data) is { Length: > 0 } given ? given : Environment.GetEnvironmentVariable(DataDirectory.Variable);
        string[] data = string.IsNullOrEmpty(directory) ? [] : ["--data", Path.GetFullPath(directory)];
        string[] line = [start, .. data, .. parsed.GetValue(words) ?? []];
        if (parsed.RootCommandResult.Command.Parse(line).Errors is [var error, ..])
            throw new CommandFailure(ExitCode.Usage, $"'{host.Program} {string.Join(' ', line.Select(Printable.Text))}' could not start: {error.Message}");
        return new ServiceDefinition(host.Program, Environment.ProcessPath ?? host.Program, line)
        {
            User = asked,
            IsUsers = IsUsers && asked is null && parsed.CommandResult.Command.Name == "install",
        };
    }
}
