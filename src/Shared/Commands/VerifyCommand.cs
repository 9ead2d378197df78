using System.CommandLine;
using Grpc.Core;
using Sync.Protocol.Control;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;
using Sync.Shared.Progress;

namespace Sync.Shared.Commands;

/// <summary><c>verify [--deep]</c>.</summary>
internal static class VerifyCommand
{
    public static Command Create(CommandLineHost host)
    {
        var share = CommonOptions.Share();
        var json = CommonOptions.Json();
        var deep = new Option<bool>("--deep") { Description = "Hash every file again; finds bit rot" };
        var command = new DocumentedCommand(
            "verify", "Compare the disk with the index", $"{host.Program} verify", $"{host.Program} verify --deep --share docs") { share, deep, json };
        command.SetAction(async (parsed, _) =>
        {
            using var interrupt = new Interrupt();
            using var agent = host.Connect(parsed);
            using var call = agent.Agent.Verify(
                new VerifyRequest { Share = parsed.GetValue(share)!, Deep = parsed.GetValue(deep) }, cancellationToken: interrupt.Token);
            var outcomes = await ReadAsync(call.ResponseStream, parsed.InvocationConfiguration.Error, interrupt.Token);
            if (parsed.GetValue(json))
                OutputJson.Write(parsed.InvocationConfiguration.Output, VerifyOutput.From(outcomes));
            else
                Write(outcomes, parsed.InvocationConfiguration.Output);
            return (int)(outcomes.Exists(o => o.Problems.Count > 0) ? ExitCode.Failed : ExitCode.Done);
        });
        return command;
    }

    private static async Task<List<VerifyOutcome>> ReadAsync(IAsyncStreamReader<VerifyEvent> events, TextWriter error, CancellationToken cancel)
    {
        var outcomes = new List<VerifyOutcome>();
        using var line = new ProgressLine(error, Terminal.ShowsProgress, TimeProvider.System);
        var (share, rate) = ("", new TransferRate());
        while (await events.MoveNext(cancel))
        {
            if (events.Current.Result is { } outcome)
            {
                outcomes.Add(outcome);
            }
            else if (events.Current.Progress is { } step)
            {
                if (share != step.Share)
                    (share, rate) = (step.Share, new TransferRate());
                rate.Look(step.Bytes, line.Elapsed);
                line.Show(Line(step, rate));
            }
        }

        return outcomes;
    }

    private static string Line(VerifyStep step, TransferRate rate)
    {
        var bar = step.OfBytes > 0 ? ProgressText.Bar(step.Bytes, step.OfBytes) : ProgressText.Bar(step.Files, step.OfFiles);
        var text = $"{bar} {step.Share}: {Printable.Count(step.Files)} of {Printable.Count(step.OfFiles)} files, {Printable.Bytes(step.Bytes)} of {Printable.Bytes(step.OfBytes)}";
        foreach (var more in (string[])[ProgressText.Rate(rate.PerSecond), ProgressText.Left(rate.Left(step.OfBytes - step.Bytes))])
        {
            if (more.Length > 0)
                text += ", " + more;
        }

        return text;
    }

    private static void Write(List<VerifyOutcome> outcomes, TextWriter output)
    {
        foreach (var outcome in outcomes)
        {
            foreach (var problem in outcome.Problems)
                output.WriteLine(ProblemText.Line(outcome.Share, problem));
            var found = outcome.Problems.Count == 0 ? "all as it should be" : $"{Printable.Count(outcome.Problems.Count)} differ";
            output.WriteLine($"{Printable.Text(outcome.Share)}: {Printable.Count(outcome.Files)} files, {Printable.Bytes(outcome.Bytes)} hashed, {found}");
        }
    }
}
