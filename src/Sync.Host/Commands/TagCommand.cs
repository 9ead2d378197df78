using System.CommandLine;
using Grpc.Core;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Host.Commands;

/// <summary><c>tag SHARE NAME</c>, <c>tag list|remove</c>, and <c>untag SHARE NAME</c>.</summary>
internal static class TagCommand
{
    public static Command Create(CommandLineHost host)
    {
        var share = new Argument<string?>("SHARE") { Description = "The share's name", Arity = ArgumentArity.ZeroOrOne };
        var name = new Argument<string?>("NAME") { Description = "The tag's name: A-Z a-z 0-9 . _ -", Arity = ArgumentArity.ZeroOrOne };
        var json = CommonOptions.Json();
        var command = new DocumentedCommand(
            "tag", "Name a share's present revision, and keep its content until the tag is removed",
            "sync-host tag artifacts v1.4", "sync-host tag list --share artifacts", "sync-host tag remove artifacts v1.4", "sync-guest pull artifacts ./in --at v1.4")
        {
            share, name, json, List(host), Remove(host, "remove"),
        };
        command.SetAction(async (parsed, _) =>
        {
            var request = new CreateTagRequest
            {
                Share = parsed.GetValue(share) ?? throw Missing("the share and a name"),
                Name = parsed.GetValue(name) ?? throw Missing("a name"),
            };
            using var interrupt = new Interrupt();
            using var agent = await host.ConnectSoonAsync(parsed, interrupt.Token);
            using var call = agent.Tags.CreateTag(request, cancellationToken: interrupt.Token);
            var tag = await ReadAsync(call.ResponseStream, parsed.InvocationConfiguration.Error, interrupt.Token);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                OutputJson.Write(output, TagOutput.From(tag));
            else
                await output.WriteLineAsync(Printable.Text(
                    $"{tag.Share}: {tag.Name} is revision {tag.Revision}, {Printable.Count(tag.Files)} files, {Printable.Bytes(tag.Bytes)}"));
            return (int)ExitCode.Done;
        });
        return command;
    }

    /// <summary><c>untag</c>, the same as <c>tag remove</c>.</summary>
    public static Command CreateUntag(CommandLineHost host) => Remove(host, "untag");

    private static Command List(CommandLineHost host)
    {
        var share = CommonOptions.Share();
        var json = CommonOptions.Json();
        var command = new DocumentedCommand("list", "The tags, by name", "sync-host tag list --json") { share, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var list = await agent.Tags.ListTagsAsync(new ListTagsRequest { Share = parsed.GetValue(share)! }, cancellationToken: cancel);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                OutputJson.Write(output, new TagsOutput([.. list.Tags.Select(TagOutput.From)]));
                return (int)ExitCode.Done;
            }

            var table = new TextTable("TAG", "SHARE", "REVISION", "FILES", "SIZE", "MADE");
            foreach (var tag in list.Tags)
            {
                if (tag.Revision == 0)
                    table.Add(tag.Name, tag.Share, "damaged", "-", "-", "-");
                else
                    table.Add(tag.Name, tag.Share, Printable.Count(tag.Revision), Printable.Count(tag.Files), Printable.Bytes(tag.Bytes), Printable.Moment(Text.Moment(tag.CreatedAtUnixMs)));
            }

            table.Write(output);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Remove(CommandLineHost host, string command)
    {
        var share = new Argument<string>("SHARE") { Description = "The share's name" };
        var name = new Argument<string>("NAME") { Description = "The tag's name" };
        var json = CommonOptions.Json();
        var example = command is "untag" ? "sync-host untag artifacts v1.4" : "sync-host tag remove artifacts v1.4";
        var removing = new DocumentedCommand(command, "Remove a tag, and what no other tag keeps", example) { share, name, json };
        removing.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var request = new RemoveTagRequest { Share = parsed.GetValue(share)!, Name = parsed.GetValue(name)! };
            var tag = await agent.Tags.RemoveTagAsync(request, cancellationToken: cancel);
            if (parsed.GetValue(json))
                OutputJson.Write(parsed.InvocationConfiguration.Output, TagOutput.From(tag));
            else
                await parsed.InvocationConfiguration.Output.WriteLineAsync($"{Printable.Text(tag.Share)}: {Printable.Text(tag.Name)} removed");
            return (int)ExitCode.Done;
        });
        return removing;
    }

    private static CommandFailure Missing(string what) => new(ExitCode.Usage, $"name {what}: sync-host tag SHARE NAME; see 'sync-host tag --help'");

    private static async Task<TagInfo> ReadAsync(IAsyncStreamReader<TagEvent> events, TextWriter error, CancellationToken cancel)
    {
        TagInfo? made = null;
        var drawn = false;
        while (await events.MoveNext(cancel))
        {
            if (events.Current.Result is { } tag)
            {
                made = tag;
            }
            else if (events.Current.Progress is { } step && Terminal.ShowsProgress)
            {
                var round = step.Round > 1 ? FormattableString.Invariant($", round {step.Round}: files changed meanwhile") : "";
                await error.WriteAsync(
                    $"\r{Printable.Count(step.Files)} of {Printable.Count(step.OfFiles)} files, {Printable.Bytes(step.Bytes)} of {Printable.Bytes(step.OfBytes)}{round}   ");
                drawn = true;
            }
        }

        if (drawn)
            await error.WriteLineAsync();
        return made ?? throw new CommandFailure("the agent ended before the tag was made; try again");
    }
}
