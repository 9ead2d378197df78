using System.CommandLine;
using System.Globalization;
using Grpc.Core;
using Sync.Protocol.Control;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Shared.Commands;

/// <summary><c>versions [list [PATH]|restore ID [--to PATH]]</c>.</summary>
internal static class VersionsCommand
{
    private const int UsualLimit = 1000;

    public static Command Create(CommandLineHost host)
    {
        var share = CommonOptions.Share(recursive: true);
        var json = CommonOptions.Json(recursive: true);
        var command = new DocumentedCommand(
            "versions", "List or bring back what sync overwrote or deleted here",
            $"{host.Program} versions list src/main.c", $"{host.Program} versions restore 3f2a --to src/main.old.c")
        {
            share, json, List(host, share, json), Restore(host, share, json),
        };
        command.SetAction((parsed, cancel) =>
            ListAsync(host, parsed, new VersionsRequest { Share = parsed.GetValue(share)!, Limit = UsualLimit }, parsed.GetValue(json), cancel));
        return command;
    }

    private static Command List(CommandLineHost host, Option<string> share, Option<bool> json)
    {
        var path = new Argument<string?>("PATH") { Description = "Only this path and what is below it", Arity = ArgumentArity.ZeroOrOne };
        var limit = new Option<int>("--limit") { Description = "At most so many (1000)", HelpName = "COUNT", DefaultValueFactory = _ => UsualLimit };
        limit.Validators.Add(result =>
        {
            // What is no number at all is told by the parser.
            if (result.Tokens is [var token] && int.TryParse(token.Value, CultureInfo.InvariantCulture, out var count) && count < 1)
                result.AddError($"--limit {token.Value} lists nothing: at least 1.");
        });
        var command = new DocumentedCommand("list", "What the version store holds, newest first", $"{host.Program} versions list src --limit 20 --json") { path, limit };
        command.SetAction((parsed, cancel) => ListAsync(
            host,
            parsed,
            new VersionsRequest { Share = parsed.GetValue(share)!, Path = parsed.GetValue(path) ?? "", Limit = parsed.GetValue(limit) },
            parsed.GetValue(json),
            cancel));
        return command;
    }

    private static Command Restore(CommandLineHost host, Option<string> share, Option<bool> json)
    {
        var id = new Argument<string>("ID") { Description = "As 'versions list' shows it" };
        var to = new Option<string>("--to") { Description = "At this path within the share, instead of where it stood", HelpName = "PATH", DefaultValueFactory = _ => "" };
        var command = new DocumentedCommand(
            "restore", "Bring a version back; what stands there goes to the version store", $"{host.Program} versions restore 3f2a") { id, to };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var request = new RestoreRequest { Share = parsed.GetValue(share)!, Id = parsed.GetValue(id)!, TargetPath = parsed.GetValue(to)! };
            var reply = await agent.Agent.RestoreVersionAsync(request, cancellationToken: cancel);
            if (parsed.GetValue(json))
                OutputJson.Write(parsed.InvocationConfiguration.Output, new RestoreOutput(reply.Share, reply.Path));
            else
                await parsed.InvocationConfiguration.Output.WriteLineAsync(Printable.Text(reply.Path));
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static async Task<int> ListAsync(CommandLineHost host, ParseResult parsed, VersionsRequest request, bool json, CancellationToken cancel)
    {
        using var agent = host.Connect(parsed);
        using var call = agent.Agent.ListVersions(request, cancellationToken: cancel);
        var versions = new List<VersionOutput>();
        while (await call.ResponseStream.MoveNext(cancel))
            versions.Add(VersionOutput.From(call.ResponseStream.Current));

        var output = parsed.InvocationConfiguration.Output;
        if (json)
        {
            OutputJson.Write(output, new VersionsOutput(versions));
            return (int)ExitCode.Done;
        }

        if (versions.Count == 0)
        {
            await parsed.InvocationConfiguration.Error.WriteLineAsync("No versions.");
            return (int)ExitCode.Done;
        }

        var table = new TextTable("ID", "SHARE", "DISPLACED", "WHY", "KIND", "SIZE", "PATH");
        foreach (var version in versions)
            table.Add(version.Id, version.Share, Printable.Moment(version.DisplacedAt), version.Reason, version.Kind, Printable.Bytes(version.Size), version.Path);
        table.Write(output);
        return (int)ExitCode.Done;
    }
}
