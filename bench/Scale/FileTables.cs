using System.Globalization;

namespace Sync.Bench.Scale;

/// <summary>The tables of the files' axis.</summary>
internal static class FileTables
{
    public static string Of(IReadOnlyList<FileRun> runs) => $"""
        Files: synthetic trees, 15 files to a directory, 5 KB on average; sync-host and one sync-guest as real processes.

        | files | directories | MB | first sync s | host MB (peak) | guest MB (peak) | unchanged start → in-sync s, host / guest | MB then, host (peak) / guest (peak) | files hashed | databases MB, host / guest |
        |---|---|---|---|---|---|---|---|---|---|
        {string.Join('\n', runs.Select(Row))}
        {GrowthRow(runs)}

        {Slopes(runs)}
        {string.Join('\n', runs.Select(Idle))}
        - *First sync*: from the host's start to the end of `sync-guest flush`. Memory is VmRSS 10 s after it (VmHWM). *Unchanged start*: one agent at a time is started
          anew, until its status says in-sync. *Growth* is the exponent of the number of files, by the slope on logarithmic scales: 1 is proportional.
        """;

    private static string Row(FileRun run) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {run.Files:N0} | {run.Directories:N0} | {run.Bytes / 1e6:N0} | {run.FirstSync:0.0} | {run.Host.Resident:0} ({run.Host.Peak:0}) | {run.Guest.Resident:0} ({run.Guest.Peak:0}) | {run.Host.Restart:0.00} / {run.Guest.Restart:0.00} | {run.Host.ResidentAfterRestart:0} ({run.Host.PeakOfRestart:0}) / {run.Guest.ResidentAfterRestart:0} ({run.Guest.PeakOfRestart:0}) | {run.Host.Hashed + run.Guest.Hashed} | {run.Host.Databases:0} / {run.Guest.Databases:0} |");

    private static string GrowthRow(IReadOnlyList<FileRun> runs)
    {
        string Of(Func<FileRun, double> figure) => Growth.Exponent(runs.Select(r => ((double)r.Files, figure(r)))) is { } exponent ? exponent.ToString("0.00", CultureInfo.InvariantCulture) : "–";
        return $"| *growth* | {Of(r => r.Directories)} | {Of(r => r.Bytes)} | {Of(r => r.FirstSync)} | {Of(r => r.Host.Resident)} | {Of(r => r.Guest.Resident)} | {Of(r => r.Host.Restart)} / {Of(r => r.Guest.Restart)} | {Of(r => r.Host.ResidentAfterRestart)} / {Of(r => r.Guest.ResidentAfterRestart)} | | {Of(r => r.Host.Databases)} / {Of(r => r.Guest.Databases)} |";
    }

    private static string Slopes(IReadOnlyList<FileRun> runs)
    {
        var lines = new List<string>();
        for (var i = 1; i < runs.Count; i++)
        {
            var (less, more) = (runs[i - 1], runs[i]);
            double Slope(Func<FileRun, double> memory) => (memory(more) - memory(less)) * 1e6 / (more.Entries - less.Entries);
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"- Bytes of memory for each further entry (file or directory), {less.Files:N0} → {more.Files:N0} files: host {Slope(r => r.Host.Resident):0} after the first sync, {Slope(r => r.Host.ResidentAfterRestart):0} after a restart; guest {Slope(r => r.Guest.Resident):0} and {Slope(r => r.Guest.ResidentAfterRestart):0}."));
        }

        return string.Join('\n', lines);
    }

    private static string Idle(FileRun run) => string.Create(
        CultureInfo.InvariantCulture,
        $"- Idle at {run.Files:N0} files: host {run.Host.IdleCpu:0.00} % of one core, {run.Host.IdleWritten:N0} bytes written; guest {run.Guest.IdleCpu:0.00} %, {run.Guest.IdleWritten:N0} bytes.");
}
