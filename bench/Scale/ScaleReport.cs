using System.Globalization;

namespace Sync.Bench.Scale;

/// <summary>The page's part. Small sizes say nothing about the bars: their report stays out of the documentation.</summary>
internal static class ScaleReport
{
    private static readonly MarkedPart Part = new("<!-- scale: written by bench/Scale -->", "<!-- /scale -->");

    public static async Task WriteAsync(Options options, Results measured, string root)
    {
        var results = options.Quick ? measured : await measured.MergeAsync(Path.Combine(options.Directory, "results.json"));
        var page = options.Quick ? Path.Combine(options.Directory, "quick.md") : Path.Combine(root, "docs", "benchmarks.md");
        var text = Text(options, results);
        if (options.Quick)
            File.Delete(page);
        if (!File.Exists(page))
            await File.WriteAllTextAsync(page, "# Scale\n\n<!-- scale: written by bench/Scale -->\n<!-- /scale -->\n");
        await Part.ReplaceAsync(page, text);
        Console.WriteLine(text);
        Progress.Say($"written: {page}");
    }

    private static string Text(Options options, Results results)
    {
        var parts = new List<string>
        {
            string.Create(CultureInfo.InvariantCulture, $"""
                ## Scale

                `dotnet run -c Release --project bench/Scale{(options.Quick ? " -- --quick" : "")}`: {Machine.Describe(options.Directory)}, loopback, load average at the end {Machine.Load():0.0}.
                """),
        };
        if (results.Files.Count > 0)
            parts.Add(FileTables.Of(results.Files));
        if (results.Guests.Count > 0)
            parts.Add(GuestTables.Of(results.Guests));
        return string.Join("\n\n", parts);
    }
}
