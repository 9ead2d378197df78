using System.Globalization;
using Sync.Protocol.Control;
using Sync.Shared.Output;
using Sync.Shared.Output.Json;

namespace Sync.Host.Commands;

/// <summary>Jobs as plain text, and their exit codes.</summary>
internal static class JobText
{
    /// <summary>Writes a job and returns the exit code: 0 for one that is done or still runs.</summary>
    public static int End(TextWriter output, Job job, bool json)
    {
        if (json)
            OutputJson.Write(output, JobOutput.From(job));
        else
            Write(output, job);
        return (int)(job.State switch
        {
            "failed" when job.Outcomes.Any(o => o.Outcome is "halted") => ExitCode.Halted,
            "failed" when job.Outcomes.Any(o => o.Outcome is "offline") => ExitCode.Unreachable,
            "failed" or "cancelled" => ExitCode.Failed,
            _ => ExitCode.Done,
        });
    }

    public static void WriteTable(TextWriter output, IEnumerable<Job> jobs)
    {
        var table = new TextTable("ID", "SHARE", "STATE", "CREATED", "TOOK", "BY", "REASON");
        foreach (var job in jobs)
        {
            table.Add(
                job.Id,
                job.Share,
                job.State,
                Printable.Moment(Text.Moment(job.CreatedAtUnixMs)),
                job.EndedAtUnixMs == 0 ? "-" : Took(job.EndedAtUnixMs - job.CreatedAtUnixMs),
                job.MadeBy,
                job.Reason.Length > 0 ? Printable.Text(job.Reason) : "-");
        }

        table.Write(output);
    }

    private static void Write(TextWriter output, Job job)
    {
        output.WriteLine($"{job.Id}  {job.Share}  {job.State}" + (job.Reason.Length > 0 ? ": " + Printable.Text(job.Reason) : ""));
        foreach (var outcome in job.Outcomes)
        {
            output.WriteLine($"  {(outcome.Guest.Length > 0 ? outcome.Guest : "(host)"),-20} {outcome.Outcome,-10} {Took((long)outcome.TookMs)}"
                + (outcome.Reason.Length > 0 ? "  " + Printable.Text(outcome.Reason) : ""));
            foreach (var problem in outcome.Problems)
                output.WriteLine($"    {Printable.Text(problem.Path)}: {Printable.Text(problem.Message)} ({problem.Code})");
        }
    }

    private static string Took(long ms) => string.Create(CultureInfo.InvariantCulture, $"{ms / 1000.0:0.000} s");
}
