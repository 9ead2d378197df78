using System.CommandLine;
using Sync.Guest.Agent;
using Sync.Shared.Commands;
using Sync.Shared.Output;
using Sync.Shared.Settings;

namespace Sync.Guest.Commands;

/// <summary><c>run</c>.</summary>
internal static class RunCommand
{
    public static Command Create(CommandLineHost host)
    {
        var log = LogOption.Create();
        var command = new DocumentedCommand(
            "run", "Run the guest's agent in the foreground, for every joined directory; SIGTERM or Ctrl-C ends it", "sync-guest run", "sync-guest run --data /var/lib/sync-guest");
        var settings = new SettingsOptions(host.Program, (log, SettingDefinitions.LogLevel));
        settings.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var data = host.Locate(parsed);
            await new GuestProcess(data, TimeProvider.System, parsed.InvocationConfiguration.Error).RunAsync(settings.Read(parsed, data, Environment.GetEnvironmentVariables()), cancel);
            return (int)ExitCode.Done;
        });
        return command;
    }
}
