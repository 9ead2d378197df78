using System.Globalization;

namespace Sync.Bench.Compare;

/// <summary>The page and the chart. Small works and single runs say nothing about the bars: their report stays out of the documentation.</summary>
internal static class Report
{
    private static readonly MarkedPart Part = new("<!-- compare: written by bench/compare -->", "<!-- /compare -->");

    public static async Task WriteAsync(Options options, Results measured, string root)
    {
        var results = options.Quick ? measured : await ResultStore.MergeAsync(Path.Combine(options.Directory, "results.json"), measured, options.Only);
        var folder = options.Quick ? options.Directory : Path.Combine(root, "docs");
        var page = Path.Combine(folder, options.Quick ? "quick.md" : "benchmarks.md");
        var chart = Path.ChangeExtension(page, ".svg");
        var labels = new Labels(options, results);
        var text = Text(options, results, measured.Load, Agents(root), labels, Path.GetFileName(chart));
        await File.WriteAllTextAsync(chart, Chart.Draw(results));
        await Part.ReplaceAsync(page, text);
        Console.WriteLine(text);
        Progress.Say($"written: {page}, {chart}");
    }

    /// <summary>What sync ran as: it decides the time of a start, and much else.</summary>
    public static string Agents(string root) =>
        SourceTree.IsNative(root, "Sync.Host", "sync-host") && SourceTree.IsNative(root, "Sync.Guest", "sync-guest") ? "native agents" : "agents on the .NET runtime, not native as the packages have them";

    private static string Text(Options options, Results results, double load, string agents, Labels labels, string chart)
    {
        var tables = new Tables(results, labels);
        var lost = string.Concat(results.Notes.Where(n => n.Key is "room" || n.Key.StartsWith("ended-", StringComparison.Ordinal)).Select(n => $"\n- {n.Value}."));
        var kept = results.Samples.Any(s => s.IsWrong)
            ? "Not all trees were the same afterwards: " + string.Join("; ", results.Samples.Where(s => s.IsWrong).Select(s => $"{s.Tool}, {s.Work}: {s.Finding}"))
            : "After each run both trees were the same: names, kinds, bytes, modes, link targets, files' mtimes to the nanosecond (directories' are not compared).";
        return string.Create(CultureInfo.InvariantCulture, $"""
            ## Compared with others

            `dotnet run -c Release --project bench/compare{(options.Quick ? " -- --quick" : "")}`: both ends on one machine ({Machine.Describe(options.Directory)}), encrypted,
            loopback, {agents}, load average at the start {load:0.0}. Median of {options.Runs} run{(options.Runs is 1 ? "" : "s")} (least–most), by turns, each in fresh directories.

            ![Time and bytes, as a part of rsync's]({chart})

            {tables.Times()}
            {tables.Bytes()}
            {tables.Memory()}
            {tables.Others()}
            {tables.Links()}
            - sync: until `sync-guest flush` returns, when both sides are identical *and on disk*. The first sync counts both agents' start and the pairing, the
              restart the guest's start. A large file's new version is made beside and exchanged in, or the file is edited in place, before the clock starts; a
              replaced tree's files are made beside and exchanged in one by one, which counts.
            - rsync: `rsync -a` (`--delete` after an edit) over ssh with AES-128-GCM, from its start to its end. It leaves the data to the page cache; `syncfs` after it makes it durable.
            - Bytes are TCP payload, counted by a proxy between both programs, in a run that is not timed.
            - Pages, insertion and appending happen one after the other to one file. A burst is timed from the first file's making until all are there.
            - Slow links are pretended by the proxy; sync has paired and connected before, rsync connects each time.
            - Memory is resident memory, for rsync and unison the sum over their processes (ssh and sshd too). unison and syncthing have one run each.
            - {kept}{lost}
            """).Replace("\n\n\n", "\n\n", StringComparison.Ordinal);
    }
}
