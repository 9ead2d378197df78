namespace Sync.Bench.Latency;

/// <summary>The page with the last run's figures.</summary>
internal static class BenchmarkReport
{
    private static readonly MarkedPart Part = new("<!-- latency: written by bench/Latency -->", "<!-- /latency -->");

    /// <summary>Puts this run's part in place of the last run's, and leaves the rest of the page alone.</summary>
    public static Task WriteAsync(string path, IEnumerable<Row> rows, IEnumerable<string> facts) => Part.ReplaceAsync(path, $"""
        ## Saves

        `bench/Latency`, both ends as real processes on one machine: 2 cores, 24 GiB, Linux 6.18, ext4.

        {Row.Header}
        {string.Join('\n', rows)}

        {string.Join('\n', facts)}
        """);
}
