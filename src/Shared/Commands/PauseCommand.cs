using System.CommandLine;
using Sync.Protocol.Control;
using Sync.Shared.Output;

namespace Sync.Shared.Commands;

/// <summary><c>pause</c> and <c>resume [--force]</c>.</summary>
internal static class PauseCommand
{
    public static Command CreatePause(CommandLineHost host)
    {
        var share = CommonOptions.Share();
        var command = new DocumentedCommand(
            "pause", "Stop sending and placing changes, also after a restart; noticing them goes on", $"{host.Program} pause --share docs") { share };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var reply = await agent.Agent.PauseAsync(new PauseRequest { Share = parsed.GetValue(share)! }, cancellationToken: cancel);
            return Write(parsed, reply, "paused");
        });
        return command;
    }

    public static Command CreateResume(CommandLineHost host)
    {
        var share = CommonOptions.Share();
        var force = new Option<bool>("--force") { Description = "Accept what a safety halt asked about, such as a mass deletion" };
        var command = new DocumentedCommand(
            "resume", "Go on after a pause or a halt", $"{host.Program} resume", $"{host.Program} resume --share docs --force") { share, force };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var request = new ResumeRequest { Share = parsed.GetValue(share)!, Force = parsed.GetValue(force) };
            var reply = await agent.Agent.ResumeAsync(request, cancellationToken: cancel);
            return Write(parsed, reply, "resumed");
        });
        return command;
    }

    private static int Write(ParseResult parsed, ShareList shares, string done)
    {
        foreach (var share in shares.Shares)
            parsed.InvocationConfiguration.Output.WriteLine($"{Printable.Text(share)}: {done}");
        return (int)ExitCode.Done;
    }
}
