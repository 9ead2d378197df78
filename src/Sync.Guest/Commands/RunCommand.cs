using System.CommandLine;
using Sync.Guest.Agent;
using Sync.Shared.Commands;
using Sync.Shared.Output;

namespace Sync.Guest.Commands;

/// <summary><c>run</c>.</summary>
internal static class RunCommand
{
    public static Command Create(CommandLineHost host)
    {
        var log = LogOption.Create();
        var command = new DocumentedCommand(
            "run", "Run the guest's agent in the foreground, for every joined directory; SIGTERM or Ctrl-C ends it", "sync-guest run", "sync-guest run --data /var/lib/sync-guest")
        {
            log,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            await new GuestProcess(host.Locate(parsed), TimeProvider.System, parsed.InvocationConfiguration.Error).RunAsync(parsed.GetValue(log), cancel);
            return (int)ExitCode.Done;
        });
        return command;
    }
}
