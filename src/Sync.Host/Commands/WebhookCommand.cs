using System.CommandLine;
using System.Globalization;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Host.Commands;

/// <summary><c>webhook add|list|remove</c>.</summary>
internal static class WebhookCommand
{
    public static Command Create(CommandLineHost host) => new DocumentedCommand(
        "webhook", "Who is told of events by HTTP", "sync-host webhook add https://hooks.example/sync --event job --event halt", "sync-host webhook list")
    {
        New(host), List(host), Remove(host),
    };

    private static Command New(CommandLineHost host)
    {
        var url = new Argument<string>("URL") { Description = "Where each event is posted, as JSON" };
        var events = new Option<string[]>("--event") { Description = "A kind of event; may be repeated (job, conflict, halt, guest-lost)", HelpName = "KIND" };
        var share = new Option<string?>("--share") { Description = "Only of this share", HelpName = "NAME" };
        var local = new Option<bool>("--allow-local") { Description = "It may be on this machine or in a private network, and without TLS" };
        var command = new DocumentedCommand(
            "add", "Tell an address of events; the secret that signs them is printed, alone, on stdout", "sync-host webhook add https://hooks.example/sync --event job")
        {
            url, events, share, local,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var request = new AddWebhookRequest { Url = parsed.GetValue(url)!, Share = parsed.GetValue(share) ?? "", AllowLocal = parsed.GetValue(local) };
            request.Events.AddRange(parsed.GetValue(events) ?? []);
            var reply = await agent.Access.AddWebhookAsync(request, cancellationToken: cancel);
            await parsed.InvocationConfiguration.Error.WriteLineAsync($"webhook {reply.Info.Id}: {Printable.Text(reply.Info.Url)} is told of {string.Join(", ", reply.Info.Events)}; its secret:");
            await parsed.InvocationConfiguration.Output.WriteLineAsync(reply.Secret);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command List(CommandLineHost host)
    {
        var json = CommonOptions.Json();
        var command = new DocumentedCommand("list", "Who is told, and how that went", "sync-host webhook list --json") { json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var list = await agent.Access.ListWebhooksAsync(new ListWebhooksRequest(), cancellationToken: cancel);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                OutputJson.Write(output, new WebhooksOutput([.. list.Webhooks.Select(WebhookOutput.From)]));
                return (int)ExitCode.Done;
            }

            var table = new TextTable("ID", "URL", "EVENTS", "SHARE", "TOLD", "FAILED", "LAST ERROR");
            foreach (var hook in list.Webhooks)
            {
                table.Add(
                    hook.Id,
                    Printable.Text(hook.Url),
                    string.Join(",", hook.Events),
                    hook.Share.Length > 0 ? hook.Share : "all",
                    hook.Delivered.ToString(CultureInfo.InvariantCulture),
                    hook.Failed.ToString(CultureInfo.InvariantCulture),
                    hook.LastError.Length > 0 ? Printable.Text(hook.LastError) : "-");
            }

            table.Write(output);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Remove(CommandLineHost host)
    {
        var id = new Argument<string>("ID") { Description = "As 'webhook list' shows it" };
        var command = new DocumentedCommand("remove", "Tell it no longer", "sync-host webhook remove 3fa92c01") { id };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var removed = await agent.Access.RemoveWebhookAsync(new RemoveWebhookRequest { Id = parsed.GetValue(id)! }, cancellationToken: cancel);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{removed.Id}: removed");
            return (int)ExitCode.Done;
        });
        return command;
    }
}
