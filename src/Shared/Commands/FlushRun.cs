using System.CommandLine;
using System.Globalization;
using Sync.Protocol.Control;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;
using Sync.Shared.Progress;

namespace Sync.Shared.Commands;

/// <summary>Runs a flush and tells how it ended; both programs' flush commands end here.</summary>
internal static class FlushRun
{
    // The agent keeps the time; this is for one that hangs.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    public static TimeOption TimeoutOption() => new("--timeout", "Give up after this long (60s)", TimeSpan.FromSeconds(60));

    public static async Task<int> RunAsync(CommandLineHost host, ParseResult parsed, FlushRequest request, bool json, CancellationToken cancel)
    {
        using var agent = await host.ConnectSoonAsync(parsed, cancel);
        var deadline = DateTime.UtcNow + TimeSpan.FromMilliseconds(request.TimeoutMs) + Grace;
        using var call = agent.Agent.FlushAsync(request, deadline: deadline, cancellationToken: cancel);
        var reply = await SyncProgress.WhileAsync(agent, request.Share, call.ResponseAsync, parsed.InvocationConfiguration.Error, cancel);
        if (json)
            OutputJson.Write(parsed.InvocationConfiguration.Output, FlushOutput.From(reply));
        else
            Write(reply, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
        return (int)ExitCodeOf(reply);
    }

    /// <summary>The gravest end of all: what needs a person first, then what needs the host.</summary>
    public static ExitCode ExitCodeOf(FlushReply reply)
    {
        var codes = reply.Items.Select(item => ExitCodeOf(item.Outcome)).ToHashSet();
        foreach (var code in (ReadOnlySpan<ExitCode>)[ExitCode.Halted, ExitCode.NotAllowed, ExitCode.Unreachable, ExitCode.Failed])
        {
            if (codes.Contains(code))
                return code;
        }

        return ExitCode.Done;
    }

    private static ExitCode ExitCodeOf(string outcome) => outcome switch
    {
        "complete" => ExitCode.Done,
        "halted" => ExitCode.Halted,
        "disconnected" => ExitCode.Unreachable,
        "refused" => ExitCode.NotAllowed,
        _ => ExitCode.Failed,
    };

    private static void Write(FlushReply reply, TextWriter output, TextWriter error)
    {
        foreach (var item in reply.Items)
        {
            var name = Printable.Text(item.Guest.Length == 0 ? item.Share : $"{item.Share} on {item.Guest}");
            var took = item.TookMs.ToString("0.0", CultureInfo.InvariantCulture);
            if (item.Outcome is "complete")
            {
                output.WriteLine($"{name}: complete in {took} ms");
                continue;
            }

            error.WriteLine($"{name}: {item.Outcome} after {took} ms{(item.Reason.Length > 0 ? ": " + Printable.Text(item.Reason) : "")}");
            foreach (var problem in item.Problems)
                error.WriteLine(ProblemText.Line(name, problem));
        }
    }
}
