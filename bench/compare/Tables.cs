using System.Text;

namespace Sync.Bench.Compare;

/// <summary>The tables of the report, in Markdown.</summary>
internal sealed class Tables(Results results, Labels labels)
{
    private const int SourceMegabytes = 90;
    private const int TargetMegabytes = 80;

    private static readonly (Work Work, string Variant)[] Rows =
    [
        (Work.First, ""), (Work.Unchanged, ""), (Work.Replaced, ""), (Work.Tar, ""), (Work.Pages, ""), (Work.Insert, ""), (Work.Append, ""),
        (Work.Random, ""), (Work.Burst, ""), (Work.Save, "p50"), (Work.Save, "p99"),
    ];

    public string Times()
    {
        var table = new StringBuilder("| time | sync | rsync | ratio | rsync, then `syncfs` | bar | met | floor |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var (work, variant) in Rows.Where(r => results.Seconds(r.Work, Tool.Sync, r.Variant) is not null))
        {
            var sync = results.Seconds(work, Tool.Sync, variant);
            var floor = results.FloorOf(work) is { Seconds: { } least, What: var what } ? $"{Figures.Time(least)}: {what}" : Figures.None;
            var cells = (string[])
            [
                labels.Of(work, variant), Figures.Spread(results.Of(work, Tool.Sync, variant).Select(s => s.Seconds)), OfRsync(work, variant, s => s.Seconds),
                Figures.Ratio(sync / results.Seconds(work, Tool.Rsync, variant)), OfRsync(work, variant, s => s.DurableSeconds), .. Judged(work, variant, ofBytes: false), floor,
            ];
            table.Append(Line(cells));
        }

        return table.ToString();
    }

    public string Bytes()
    {
        var table = new StringBuilder("| on the wire, both ways | sync | rsync | rsync -z | sync ÷ rsync -z | bar | met | floor |\n|---|---|---|---|---|---|---|---|\n");
        foreach (var (work, variant) in Rows.Where(r => results.Wire(r.Work, Tool.Sync, r.Variant) is not null))
        {
            var compressed = results.Wire(work, Tool.RsyncCompressed, variant);
            var floor = results.FloorOf(work) is { Bytes: { } least, What: var what } ? $"{Figures.Bytes(least)}: {what}" : Figures.None;
            var sync = results.Wire(work, Tool.Sync, variant);
            table.Append(Line(
            [
                labels.Of(work, variant), Figures.Bytes(sync), Figures.Bytes(results.Wire(work, Tool.Rsync, variant)), Figures.Bytes(compressed),
                Figures.Ratio(sync / compressed), .. Judged(work, variant, ofBytes: true), floor,
            ]));
        }

        return table.ToString();
    }

    /// <summary>Memory; empty where no tree was synced.</summary>
    public string Memory()
    {
        var table = new StringBuilder();
        foreach (var group in results.Samples.Where(s => s is { Work: Work.First, Memory: not null }).GroupBy(s => s.Tool, StringComparer.Ordinal))
        {
            double? Of(Func<Footprint, double?> part) => Results.Median(group.Select(s => part(s.Memory!)));
            var judged = group.Key is not Tool.Sync ? [Figures.None, Figures.None]
                : (string[])[$"≤ {SourceMegabytes} MB, ≤ {TargetMegabytes} MB", Yes(Of(m => m.Source) <= SourceMegabytes && Of(m => m.Target) <= TargetMegabytes)];
            table.Append(Line(
            [
                group.Key, Figures.Megabytes(Of(m => m.Source)), Figures.Megabytes(Of(m => m.SourcePeak)),
                Figures.Megabytes(Of(m => m.Target)), Figures.Megabytes(Of(m => m.TargetPeak)), .. judged,
            ]));
        }

        return table.Length is 0 ? "" : "| memory, first sync of the tree | source's side, after | peak | target's side, after | peak | bar, after | met |\n|---|---|---|---|---|---|---|\n" + table;
    }

    /// <summary>Tools other than rsync; empty where none was asked for.</summary>
    public string Others()
    {
        var table = new StringBuilder();
        foreach (var (work, variant) in Rows)
        {
            foreach (var tool in (string[])[Tool.Unison, Tool.Syncthing, Tool.Lsyncd])
            {
                var samples = results.Of(work, tool, variant).ToArray();
                if (samples.Length > 0)
                    table.Append(Line([labels.Of(work, variant), tool, samples[0].Seconds is null ? "not available" : Figures.Spread(samples.Select(s => s.Seconds)), Figures.Time(results.Seconds(work, Tool.Sync, variant)), samples[0].Finding]));
            }
        }

        return table.Length is 0 ? "" : "| time | tool | its time | sync's | trees afterwards |\n|---|---|---|---|---|\n" + table;
    }

    /// <summary>Slow links; empty where none was measured.</summary>
    public string Links()
    {
        var table = new StringBuilder();
        foreach (var variant in results.Samples.Where(s => s.Work is Work.Slow).Select(s => s.Variant).Distinct(StringComparer.Ordinal))
        {
            string Cell(string tool) => $"{Figures.Time(results.Seconds(Work.Slow, tool, variant))}, {Figures.Bytes(results.Wire(Work.Slow, tool, variant))}";
            var ratio = results.Seconds(Work.Slow, Tool.Sync, variant) / results.Seconds(Work.Slow, Tool.RsyncCompressed, variant);
            table.Append(Line([variant, Cell(Tool.Sync), Cell(Tool.Rsync), Cell(Tool.RsyncCompressed), Figures.Ratio(ratio)]));
        }

        return table.Length is 0 ? "" : "| link (rate, round trip) and work | sync | rsync | rsync -z | time ÷ rsync -z |\n|---|---|---|---|---|\n" + table;
    }

    private string OfRsync(Work work, string variant, Func<Sample, double?> part)
    {
        var samples = results.Of(work, Tool.Rsync, variant).ToArray();
        return samples is [{ Failed: true, Finding: "not available" }, ..] ? "not available" : Figures.Spread(samples.Select(part));
    }

    private string[] Judged(Work work, string variant, bool ofBytes)
    {
        var bars = Bar.All.Where(b => b.Work == work && b.Variant == variant && b.IsOfBytes == ofBytes).ToArray();
        return bars.Length is 0
            ? [Figures.None, Figures.None]
            : [string.Join("; ", bars.Select(b => b.Text)), string.Join("; ", bars.Select(b => b.Met(results) is { } met ? Yes(met) : Figures.None))];
    }

    private static string Yes(bool met) => met ? "yes" : "**no**";

    private static string Line(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |\n";
}
