using System.Globalization;
using System.Text;

namespace Sync.Bench.Compare;

/// <summary>Horizontal bars: sync's time and bytes as a part of rsync's, with the bar to reach. Readable on light and dark pages.</summary>
internal static class Chart
{
    private const int Width = 860;
    private const int Left = 190;
    private const int Full = 460;
    private const int RowHeight = 44;
    private const int BarHeight = 14;
    private const int Head = 34;
    // Ratios above it are cut off; the figures tell.
    private const double Most = 1.25;
    private static readonly Work[] Works = [Work.First, Work.Unchanged, Work.Replaced, Work.Tar, Work.Pages, Work.Insert, Work.Append, Work.Random, Work.Burst];

    public static string Draw(Results results)
    {
        var body = new StringBuilder();
        var y = Panel(body, 10, "Time (rsync = 1)", results, (w, tool) => results.Seconds(w, tool), Figures.Time, BarKind.TimeToRsync);
        y = Panel(body, y, "Bytes on the wire (rsync = 1)", results, (w, tool) => results.Wire(w, tool), Figures.Bytes, null);
        return string.Create(CultureInfo.InvariantCulture, $$"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{Width}} {{y}}" width="{{Width}}" height="{{y}}" font-family="system-ui, sans-serif" font-size="12" role="img" aria-label="sync compared with rsync">
            <style>
            text { fill: #24292f } .head { font-size: 15px; font-weight: 600 } .sync { fill: #0969da } .rsync { fill: #8c959f } .bar { stroke: #cf222e; stroke-width: 2 }
            @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .sync { fill: #58a6ff } .rsync { fill: #6e7681 } .bar { stroke: #ff7b72 } }
            </style>
            {{body}}</svg>

            """);
    }

    // Where the next one begins.
    private static int Panel(StringBuilder body, int top, string title, Results results, Func<Work, string, double?> value, Func<double?, string> text, BarKind? kind)
    {
        var works = Works.Where(w => value(w, Tool.Sync) is not null && value(w, Tool.Rsync) is not null).ToArray();
        if (works.Length is 0)
            return top;
        Add(body, $"""<text class="head" x="10" y="{top + 16}">{title}</text>""");
        var y = top + Head;
        foreach (var work in works)
        {
            var rsync = value(work, Tool.Rsync)!.Value;
            var sync = value(work, Tool.Sync)!.Value;
            Add(body, $"""<text x="{Left - 10}" y="{y + 18}" text-anchor="end">{work.ToString().ToLowerInvariant()}</text>""");
            Row(body, y, "sync", sync / rsync, $"sync {text(sync)}");
            Row(body, y + BarHeight + 2, "rsync", 1, $"rsync {text(rsync)}");
            if (kind is not null && Bar.All.FirstOrDefault(b => b.Work == work && b.Kind == kind) is { } bar)
                Add(body, $"""<line class="bar" x1="{Left + (bar.Limit * Full / Most):0.0}" x2="{Left + (bar.Limit * Full / Most):0.0}" y1="{y - 3}" y2="{y + BarHeight + 3}"/>""");
            y += RowHeight;
        }

        return y + 10;
    }

    private static void Row(StringBuilder body, int y, string kind, double ratio, string text)
    {
        var length = Math.Max(1, Math.Min(ratio, Most) * Full / Most);
        Add(body, $"""<rect class="{kind}" x="{Left}" y="{y}" width="{length:0.0}" height="{BarHeight}" rx="2"/>""");
        Add(body, $"""<text x="{Left + length + 8:0.0}" y="{y + 11}">{text}{(ratio > Most ? string.Create(CultureInfo.InvariantCulture, $" ({ratio:0.0} ×)") : "")}</text>""");
    }

    private static void Add(StringBuilder body, FormattableString line) => body.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
