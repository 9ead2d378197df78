using System.CommandLine;
using Sync.Protocol.Control;
using Sync.Shared.Output;

namespace Sync.Shared.Commands;

/// <summary><c>revert</c>.</summary>
internal static class RevertCommand
{
    public static Command Create(CommandLineHost host)
    {
        var share = CommonOptions.Share();
        var command = new DocumentedCommand(
            "revert", "Put back the edits of a replica that only receives; they go to the version store", $"{host.Program} revert --share docs") { share };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var reply = await agent.Agent.RevertAsync(new RevertRequest { Share = parsed.GetValue(share)! }, cancellationToken: cancel);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{Printable.Count(reply.Reverted)} reverted");
            return (int)ExitCode.Done;
        });
        return command;
    }
}
