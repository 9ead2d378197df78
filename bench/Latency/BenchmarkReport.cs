namespace Sync.Bench.Latency;

/// <summary>The page with the last run's figures.</summary>
internal static class BenchmarkReport
{
    private const string Begin = "<!-- latency: written by bench/Latency -->";
    private const string End = "<!-- /latency -->";

    /// <summary>Puts this run's part in place of the last run's, and leaves the rest of the page alone.</summary>
    public static async Task WriteAsync(string path, IEnumerable<Row> rows, IEnumerable<string> facts)
    {
        var page = File.Exists(path) ? await File.ReadAllTextAsync(path) : $"# Benchmarks\n\n{Begin}\n{End}\n";
        var from = page.IndexOf(Begin, StringComparison.Ordinal);
        var to = page.IndexOf(End, StringComparison.Ordinal);
        if (from < 0 || to < from)
            throw new InvalidDataException($"{path} has no '{Begin}' … '{End}'; add the two lines where the table is to stand");
        var part = $"""
            {Begin}
            ## Saves

            `bench/Latency`, both ends as real processes on one machine: 2 cores, 24 GiB, Linux 6.18, ext4.

            {Row.Header}
            {string.Join('\n', rows)}

            {string.Join('\n', facts)}

            """;
        await File.WriteAllTextAsync(path, page[..from] + part + page[to..]);
    }
}
