using System.CommandLine;
using Grpc.Core;
using Sync.Protocol.Control;
using Sync.Shared.Control;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Shared.Commands;

/// <summary><c>status [--json] [--watch] [--share NAME]</c>.</summary>
internal static class StatusCommand
{
    public static Command Create(CommandLineHost host)
    {
        var json = new Option<bool>("--json") { Description = "As JSON on stdout; with --watch, a line for each change" };
        var watch = new Option<bool>("--watch") { Description = "Go on showing it until Ctrl-C" };
        var share = CommonOptions.Share();
        var command = new DocumentedCommand(
            "status", "What each share is doing", $"{host.Program} status", $"{host.Program} status --watch", $"{host.Program} status --json | jq '.shares[].state'")
        {
            share, json, watch,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            using var agent = host.Connect(parsed);
            var request = new StatusRequest { Share = parsed.GetValue(share)! };
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(watch))
                return await WatchAsync(agent, request, parsed.GetValue(json), output);
            Write(await agent.Agent.GetStatusAsync(request, cancellationToken: cancel), parsed.GetValue(json), output);
            return (int)ExitCode.Done;
        });
        return command;
    }

    private static async Task<int> WatchAsync(AgentConnection agent, StatusRequest request, bool json, TextWriter output)
    {
        using var interrupt = new Interrupt();
        using var call = agent.Agent.WatchStatus(request, cancellationToken: interrupt.Token);
        try
        {
            if (!json && Terminal.IsLive)
                await StatusScreen.ShowAsync(call.ResponseStream, interrupt.Token);
            else
                await WriteAllAsync(call.ResponseStream, json, output, interrupt.Token);
        }
        catch (Exception e) when (interrupt.Token.IsCancellationRequested && e is RpcException or OperationCanceledException)
        {
            // Ctrl-C is how a watch ends.
        }

        return (int)ExitCode.Done;
    }

    private static async Task WriteAllAsync(IAsyncStreamReader<AgentStatus> statuses, bool json, TextWriter output, CancellationToken cancel)
    {
        while (await statuses.MoveNext(cancel))
        {
            Write(statuses.Current, json, output);
            await output.FlushAsync(cancel);
        }
    }

    private static void Write(AgentStatus status, bool json, TextWriter output)
    {
        if (json)
            OutputJson.Write(output, StatusOutput.From(status));
        else
            StatusText.Write(output, status);
    }
}
