using System.CommandLine;
using Sync.Shared.Output;

namespace Sync.Shared.Commands;

/// <summary><c>man</c>.</summary>
internal static class ManCommand
{
    public static Command Create(CommandLineHost host)
    {
        var command = new DocumentedCommand("man", "Print the manual page of all commands", $"{host.Program} man | man -l -");
        command.SetAction(async (parsed, _) =>
        {
            var version = typeof(ManCommand).Assembly.GetName().Version!.ToString(3);
            await parsed.InvocationConfiguration.Output.WriteAsync(ManualPage.Render(host, version));
            return (int)ExitCode.Done;
        });
        return command;
    }
}
