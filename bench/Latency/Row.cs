using System.Globalization;

namespace Sync.Bench.Latency;

/// <summary>One line of the table.</summary>
internal sealed record Row(string What, IReadOnlyList<TimeSpan> Samples)
{
    public const string Header = "| 2 KB saved → the same bytes there | saves | p50 ms | p90 ms | p99 ms | max ms |\n|---|---|---|---|---|---|";

    public override string ToString()
    {
        if (Samples.Count is 0)
            return $"| {What} | 0 | – | – | – | – |";
        var sorted = Samples.Select(s => s.TotalMilliseconds).Order().ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"| {What} | {sorted.Length} | {At(sorted, 0.5):0.0} | {At(sorted, 0.9):0.0} | {At(sorted, 0.99):0.0} | {sorted[^1]:0.0} |");
    }

    // Nearest rank.
    private static double At(double[] sorted, double part) => sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Length) - 1)];
}
