using System.CommandLine;
using Grpc.Core;
using Sync.Protocol.Control;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Shared.Commands;

/// <summary><c>conflicts [list|resolve --keep host|GUEST|both PATH|--all]</c>.</summary>
internal static class ConflictsCommand
{
    public static Command Create(CommandLineHost host)
    {
        var share = CommonOptions.Share(recursive: true);
        var json = CommonOptions.Json(recursive: true);
        var list = new DocumentedCommand("list", "The conflict copies that stand in the tree", $"{host.Program} conflicts list --json");
        var command = new DocumentedCommand(
            "conflicts", "List conflict copies, or end conflicts", $"{host.Program} conflicts", $"{host.Program} conflicts resolve --keep host --all")
        {
            share, json, list, Resolve(host, share, json),
        };
        command.SetAction((parsed, cancel) => ListAsync(host, parsed, parsed.GetValue(share)!, parsed.GetValue(json), cancel));
        list.SetAction((parsed, cancel) => ListAsync(host, parsed, parsed.GetValue(share)!, parsed.GetValue(json), cancel));
        return command;
    }

    private static Command Resolve(CommandLineHost host, Option<string> share, Option<bool> json)
    {
        var path = new Argument<string?>("PATH") { Description = "The original's or the copy's path, in the share or absolute", Arity = ArgumentArity.ZeroOrOne };
        var keep = new Option<string>("--keep")
        {
            Description = "Whose bytes get the name: the host's, those of the guest of that name, or both (the copy stays as an ordinary file)",
            HelpName = "host|GUEST|both",
            Required = true,
        };
        var all = new Option<bool>("--all") { Description = "Every conflict" };
        var command = new DocumentedCommand(
            "resolve", "End conflicts; what is not kept goes to the version store",
            $"{host.Program} conflicts resolve --keep host src/main.c", $"{host.Program} conflicts resolve --keep both --all")
        {
            path, keep, all,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(all) == (result.GetValue(path) is not null))
                result.AddError("Name one PATH, or --all.");
        });
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var named = parsed.GetValue(path);
            var request = new ResolveRequest { Share = parsed.GetValue(share)!, Keep = parsed.GetValue(keep)!, Path = named ?? "" };
            var reply = await agent.Agent.ResolveConflictsAsync(request, cancellationToken: cancel);
            if (named is not null && reply.Resolved == 0)
                throw new CommandFailure($"no conflict at {Printable.Text(named)}; see '{host.Program} conflicts list'");
            if (parsed.GetValue(json))
                OutputJson.Write(parsed.InvocationConfiguration.Output, new ResolveOutput(reply.Resolved, reply.Left));
            else
                await parsed.InvocationConfiguration.Output.WriteLineAsync($"{reply.Resolved} resolved, {reply.Left} left");
            return (int)(named is null && reply.Left > 0 ? ExitCode.ConflictsLeft : ExitCode.Done);
        });
        return command;
    }

    private static async Task<int> ListAsync(CommandLineHost host, ParseResult parsed, string share, bool json, CancellationToken cancel)
    {
        using var agent = host.Connect(parsed);
        using var call = agent.Agent.ListConflicts(new ConflictsRequest { Share = share }, cancellationToken: cancel);
        var conflicts = new List<ConflictOutput>();
        while (await call.ResponseStream.MoveNext(cancel))
            conflicts.Add(ConflictOutput.From(call.ResponseStream.Current));

        var output = parsed.InvocationConfiguration.Output;
        if (json)
        {
            OutputJson.Write(output, new ConflictsOutput(conflicts));
            return (int)ExitCode.Done;
        }

        if (conflicts.Count == 0)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync("No conflicts.");
            return (int)ExitCode.Done;
        }

        var table = new TextTable("SHARE", "SINCE", "COPY OF", "SIZE", "PATH", "COPY");
        foreach (var conflict in conflicts)
            table.Add(conflict.Share, Printable.Moment(conflict.At), conflict.Replica, Printable.Bytes(conflict.Size), conflict.Path, conflict.CopyPath);
        table.Write(output);
        return (int)ExitCode.Done;
    }
}
