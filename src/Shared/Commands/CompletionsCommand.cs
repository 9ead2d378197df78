using System.CommandLine;
using Sync.Shared.Completions;
using Sync.Shared.Output;

namespace Sync.Shared.Commands;

/// <summary><c>completions bash|zsh|fish|pwsh</c>.</summary>
internal static class CompletionsCommand
{
    public static Command Create(CommandLineHost host)
    {
        var shell = new Argument<string>("SHELL") { Description = string.Join(", ", CompletionScripts.Shells) };
        shell.AcceptOnlyFromAmong(CompletionScripts.Shells);
        var command = new DocumentedCommand(
            "completions", "Print a script that has a shell complete commands, options, and names of shares and guests",
            $"source <({host.Program} completions bash)", $"{host.Program} completions fish > ~/.config/fish/completions/{host.Program}.fish")
        {
            shell,
        };
        command.SetAction(async (parsed, _) =>
        {
            await parsed.InvocationConfiguration.Output.WriteAsync(CompletionScripts.For(parsed.GetValue(shell)!, host.Program));
            return (int)ExitCode.Done;
        });
        return command;
    }
}
