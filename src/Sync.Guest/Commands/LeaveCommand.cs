using System.CommandLine;
using Sync.Shared.Commands;
using Sync.Shared.Output;

namespace Sync.Guest.Commands;

/// <summary><c>leave DIR</c>.</summary>
internal static class LeaveCommand
{
    public static Command Create(CommandLineHost host)
    {
        var directory = new Argument<string>("DIR") { Description = "The joined directory" };
        var command = new DocumentedCommand("leave", "No longer sync a directory; every file stays", "sync-guest leave ~/docs") { directory };
        command.SetAction(async (parsed, cancel) =>
        {
            using var access = await BindingsAccess.OpenAsync(host.Locate(parsed), cancel);
            var left = await access.Bindings.LeaveAsync(Path.GetFullPath(parsed.GetValue(directory)!), cancel);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{Printable.Text(left.Directory)}: left share {Printable.Text(left.Share)}; it keeps every file");
            return (int)ExitCode.Done;
        });
        return command;
    }
}
