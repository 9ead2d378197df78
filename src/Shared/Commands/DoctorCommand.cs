using System.CommandLine;
using Sync.Protocol.Control;
using Sync.Shared.Control;
using Sync.Shared.Data;
using Sync.Shared.Doctor;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Shared.Commands;

/// <summary><c>doctor [--json]</c>.</summary>
internal static class DoctorCommand
{
    /// <param name="host">The command line.</param>
    /// <param name="patient">Reads what is configured; told the agent's status, null if none runs.</param>
    public static Command Create(CommandLineHost host, Func<CommandLineHost, DataDirectory, AgentStatus?, DoctorPatient> patient)
    {
        var json = CommonOptions.Json();
        var command = new DocumentedCommand(
            "doctor", "Look for what keeps sync from working, or slows it, and tell the command that mends it; works with and without a running agent",
            $"{host.Program} doctor", $"{host.Program} doctor --json | jq -r '.findings[] | select(.level != \"ok\") | .mend'")
        {
            json,
        };
        command.SetAction(async (parsed, _) =>
        {
            using var interrupt = new Interrupt();
            var data = host.Locate(parsed);
            if (!data.IsOpenToUser())
                throw new CommandFailure(ExitCode.NotAllowed, $"the data directory {Printable.Text(data.Path)} belongs to another user; run as that user, or name your own with --data");
            var findings = await DoctorChecks.RunAsync(patient(host, data, await StatusAsync(data, interrupt.Token)), new ProgramRunner(), TimeProvider.System, interrupt.Token);
            var output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
                OutputJson.Write(output, DoctorOutputs.Of(findings));
            else
                Write(output, findings);
            return (int)(DoctorOutputs.Worst(findings) == DoctorLevel.Problem ? ExitCode.Failed : ExitCode.Done);
        });
        return command;
    }

    /// <summary>The findings as text.</summary>
    public static void Write(TextWriter output, IReadOnlyList<DoctorFinding> findings)
    {
        foreach (var finding in findings)
        {
            var subject = finding.Subject is null ? "" : Printable.Text(finding.Subject) + ": ";
            output.WriteLine($"{DoctorOutputs.Word(finding.Level),-8} {finding.Check,-10} {subject}{Printable.Text(finding.Message)}");
            if (finding.Mend is not null && finding.Level != DoctorLevel.Ok)
                output.WriteLine($"{"",-19} → {Printable.Text(finding.Mend)}");
        }

        var (problems, warnings) = (findings.Count(f => f.Level == DoctorLevel.Problem), findings.Count(f => f.Level == DoctorLevel.Warning));
        output.WriteLine(problems + warnings == 0 ? "All is well." : FormattableString.Invariant($"{problems} problems, {warnings} warnings."));
    }

    /// <summary>The status of the agent that runs there; null if none does.</summary>
    public static async Task<AgentStatus?> StatusAsync(DataDirectory data, CancellationToken cancel)
    {
        using var agent = AgentConnection.TryOpen(data);
        return agent is null ? null : await agent.Agent.GetStatusAsync(new StatusRequest(), cancellationToken: cancel);
    }
}
