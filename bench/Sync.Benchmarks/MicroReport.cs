using System.Globalization;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Sync.Bench;

namespace Sync.Benchmarks;

/// <summary>The page's part.</summary>
internal static class MicroReport
{
    private static readonly MarkedPart Part = new("<!-- micro: written by bench/Sync.Benchmarks -->", "<!-- /micro -->");

    public static Task WriteAsync(IReadOnlyList<Summary> summaries) => Part.ReplaceAsync(
        Path.Combine(SourceTree.Find(), "docs", "benchmarks.md"),
        string.Create(CultureInfo.InvariantCulture, $"""
            ## Parts

            `dotnet run -c Release --project bench/Sync.Benchmarks -- --write` (BenchmarkDotNet, three short runs each; {Machine.Describe(Path.GetTempPath())}).

            | what | mean | ± | allocated |
            |---|---|---|---|
            {string.Join('\n', summaries.SelectMany(s => s.Reports).Select(Row))}
            """));

    private static string Row(BenchmarkReport report)
    {
        var benchmark = report.BenchmarkCase;
        var name = Name(benchmark);
        if (report.ResultStatistics is not { } statistics)
            return $"| {name} | failed | | |";
        var allocated = report.GcStats.GetBytesAllocatedPerOperation(benchmark);
        return $"| {name} | {Time(statistics.Mean)} | {Time(statistics.StandardDeviation)} | {(allocated is { } bytes ? Bytes(bytes) : "–")} |";
    }

    private static string Name(BenchmarkCase benchmark)
    {
        var what = benchmark.Descriptor.WorkloadMethodDisplayInfo.Trim('\'');
        var parameters = string.Join(", ", benchmark.Parameters.Items.Select(p => p.Value));
        return parameters.Length > 0 ? $"{what}: {parameters}" : what;
    }

    private static string Time(double nanoseconds) => nanoseconds switch
    {
        < 1e3 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds:0.0} ns"),
        < 1e6 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e3:0.0} µs"),
        < 1e9 => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e6:0.0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{nanoseconds / 1e9:0.00} s"),
    };

    private static string Bytes(long bytes) => bytes switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.0} KB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.0} MB"),
    };
}
