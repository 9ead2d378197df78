using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Sync.Protocol.Control;
using Sync.Shared.Commands;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Host.Commands;

/// <summary><c>job start|list|show|cancel</c>.</summary>
internal static class JobCommand
{
    public static Command Create(CommandLineHost host) => new DocumentedCommand(
        "job", "Syncs that are asked for and waited for", "sync-host job start artifacts", "sync-host job start docs --guest build-7 --path src --no-wait", "sync-host job list")
    {
        Start(host), List(host), Show(host), Cancel(host),
    };

    private static Command Start(CommandLineHost host)
    {
        var share = new Argument<string>("SHARE") { Description = "The share" };
        var guests = new Option<string[]>("--guest") { Description = "Only this guest; may be repeated (all)", HelpName = "NAME" };
        var path = new Option<string?>("--path") { Description = "Wait only for what lies at or below it", HelpName = "PATH" };
        var wait = new Option<string>("--wait") { Description = "Until it is on disk everywhere, or only in place (durable)", HelpName = "durable|applied", DefaultValueFactory = _ => "durable" };
        wait.AcceptOnlyFromAmong("durable", "applied");
        var timeout = new TimeOption("--timeout", "How long it may take, guests that are away included (1h)", TimeSpan.FromHours(1));
        var key = new Option<string?>("--key") { Description = "An idempotency key: the same one within a day gives the same job", HelpName = "TEXT" };
        var noWait = new Option<bool>("--no-wait") { Description = "Print the job and return; 'job show --wait' waits" };
        var json = CommonOptions.Json();
        var command = new DocumentedCommand(
            "start", "Start a job, and wait until all is the same on the host and the guests", "sync-host job start artifacts", "sync-host job start docs --guest build-7 --json")
        {
            share, guests, path, wait, timeout, key, noWait, json,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = await host.ConnectSoonAsync(parsed, cancel);
            var request = new CreateJobRequest
            {
                Share = parsed.GetValue(share)!,
                PathPrefix = parsed.GetValue(path) ?? "",
                Wait = parsed.GetValue(wait)!,
                IdempotencyKey = parsed.GetValue(key) ?? "",
                Timeout = Duration.FromTimeSpan(timeout.Of(parsed)),
            };
            request.Guests.AddRange(parsed.GetValue(guests) ?? []);
            var job = await agent.Jobs.CreateJobAsync(request, cancellationToken: cancel);
            if (!parsed.GetValue(noWait))
                job = await JobWait.EndedAsync(agent.Jobs, job, parsed.InvocationConfiguration.Error, cancel);
            return JobText.End(parsed.InvocationConfiguration.Output, job, parsed.GetValue(json));
        });
        return command;
    }

    private static Command List(CommandLineHost host)
    {
        var share = CommonOptions.Share();
        var json = CommonOptions.Json();
        var command = new DocumentedCommand("list", "The latest jobs, newest first", "sync-host job list --share artifacts") { share, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var list = await agent.Jobs.ListJobsAsync(new ListJobsRequest { Share = parsed.GetValue(share)! }, cancellationToken: cancel);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                OutputJson.Write(output, new JobsOutput([.. list.Jobs.Select(JobOutput.From)]));
            else
                JobText.WriteTable(output, list.Jobs);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static Command Show(CommandLineHost host)
    {
        var id = new Argument<string>("ID") { Description = "As 'job list' shows it" };
        var wait = new Option<bool>("--wait") { Description = "Until it has ended" };
        var json = CommonOptions.Json();
        var command = new DocumentedCommand("show", "How a job stands, guest by guest", "sync-host job show 5c0e9a4411d2f37b --wait") { id, wait, json };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var job = await agent.Jobs.GetJobAsync(new GetJobRequest { Id = parsed.GetValue(id)! }, cancellationToken: cancel);
            if (parsed.GetValue(wait))
                job = await JobWait.EndedAsync(agent.Jobs, job, parsed.InvocationConfiguration.Error, cancel);
            return JobText.End(parsed.InvocationConfiguration.Output, job, parsed.GetValue(json));
        });
        return command;
    }

    private static Command Cancel(CommandLineHost host)
    {
        var id = new Argument<string>("ID") { Description = "As 'job list' shows it" };
        var command = new DocumentedCommand("cancel", "End a job; what has been synced stays", "sync-host job cancel 5c0e9a4411d2f37b") { id };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var job = await agent.Jobs.CancelJobAsync(new CancelJobRequest { Id = parsed.GetValue(id)! }, cancellationToken: cancel);
            await parsed.InvocationConfiguration.Output.WriteLineAsync($"{job.Id}: {job.State}");
            return (int)ExitCode.Done;
        });
        return command;
    }
}
