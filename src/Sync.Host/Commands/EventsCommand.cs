using System.CommandLine;
using Grpc.Core;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Host.Commands;

/// <summary><c>events [--follow]</c>.</summary>
internal static class EventsCommand
{
    public static Command Create(CommandLineHost host)
    {
        var share = CommonOptions.Share();
        var follow = new Option<bool>("--follow") { Description = "Then each event as it happens, until Ctrl-C" };
        var after = new Option<long>("--after") { Description = "Only events after this id", HelpName = "ID" };
        var lines = new Option<int>("--lines") { Description = "How many of the latest (20)", HelpName = "COUNT", DefaultValueFactory = _ => 20 };
        var json = CommonOptions.Json();
        var command = new DocumentedCommand("events", "What happens to shares, guests and jobs", "sync-host events --follow", "sync-host events --json --lines 100")
        {
            share, follow, after, lines, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var output = parsed.InvocationConfiguration.Output;
            var latest = await agent.Events.ListEventsAsync(new ListEventsRequest { Share = parsed.GetValue(share)!, Limit = parsed.GetValue(lines) }, cancellationToken: cancel);
            var last = parsed.GetValue(after);
            foreach (var what in latest.Events.Reverse().Where(e => e.Id > parsed.GetValue(after)))
            {
                Write(output, what, parsed.GetValue(json));
                last = what.Id;
            }

            if (!parsed.GetValue(follow))
                return (int)ExitCode.Done;
            await output.FlushAsync(cancel);
            using var watch = agent.Events.WatchEvents(new WatchEventsRequest { Share = parsed.GetValue(share)!, After = last }, cancellationToken: cancel);
            await foreach (var what in watch.ResponseStream.ReadAllAsync(cancel))
            {
                Write(output, what, parsed.GetValue(json));
                await output.FlushAsync(cancel);
            }

            return (int)ExitCode.Done;
        });
        return command;
    }

    private static void Write(TextWriter output, Event what, bool json)
    {
        if (json)
        {
            OutputJson.Write(output, EventOutput.From(what));
            return;
        }

        string[] parts = [what.Share, what.Guest, what.Path, what.State, what.Job, what.Text];
        output.WriteLine($"{Printable.Moment(Text.Moment(what.AtUnixMs))}  {what.Kind,-15} " + string.Join("  ", parts.Where(p => p.Length > 0).Select(Printable.Text)));
    }
}
