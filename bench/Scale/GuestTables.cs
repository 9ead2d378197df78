using System.Globalization;

namespace Sync.Bench.Scale;

/// <summary>The table of the guests' axis.</summary>
internal static class GuestTables
{
    public static string Of(IReadOnlyList<GuestRun> runs) => $"""
        Guests of one share: one real sync-host; one load process pairs as so many guests, holds a session for each over its own TLS connections, applies what it is
        told to a tree of each guest's own in memory and checks the bytes by content id. {runs[0].Last.Count} saves of 1 KB on the host, p50 (max).

        | guests | paired s | connected, tree there s | save → first ms | → median ms | → last ms | host MB before / with (peak) | KB a guest | sockets | CPU ms a save, host / all guests | idle CPU % |
        |---|---|---|---|---|---|---|---|---|---|---|
        {string.Join('\n', runs.Select(Row))}
        {GrowthRow(runs)}
        """;

    private static string Row(GuestRun run) => string.Create(
        CultureInfo.InvariantCulture,
        $"| {run.Guests:N0} | {run.Pairing:0.0} | {run.Connecting:0.0} | {Samples(run.First)} | {Samples(run.Median)} | {Samples(run.Last)} | {run.Before:0} / {run.Resident:0} ({run.Peak:0}) | {run.PerGuest:0} | {run.Connections:N0} | {run.CpuOfSave:0.0} / {run.LoadCpuOfSave:0.0} | {run.IdleCpu:0.0} |");

    private static string GrowthRow(IReadOnlyList<GuestRun> runs)
    {
        string Of(Func<GuestRun, double> figure) => Growth.Exponent(runs.Select(r => ((double)r.Guests, figure(r)))) is { } exponent ? exponent.ToString("0.00", CultureInfo.InvariantCulture) : "–";
        return $"| *growth* | {Of(r => r.Pairing)} | {Of(r => r.Connecting)} | {Of(r => Figures.Median(r.First))} | {Of(r => Figures.Median(r.Median))} | {Of(r => Figures.Median(r.Last))} | {Of(r => r.Resident - r.Before)} | {Of(r => r.PerGuest)} | {Of(r => r.Connections)} | {Of(r => r.CpuOfSave)} / {Of(r => r.LoadCpuOfSave)} | {Of(r => r.IdleCpu)} |";
    }

    private static string Samples(IReadOnlyList<double> samples) => string.Create(CultureInfo.InvariantCulture, $"{Figures.Median(samples):0.0} ({samples.Max():0.0})");
}
