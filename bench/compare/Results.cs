namespace Sync.Bench.Compare;

/// <summary>All that was measured.</summary>
internal sealed record Results
{
    public List<Sample> Samples { get; init; } = [];

    public List<Floor> Floors { get; init; } = [];

    /// <summary>The load average before anything was measured.</summary>
    public double Load { get; init; }

    /// <summary>What has to be said beside the figures.</summary>
    public SortedDictionary<string, string> Notes { get; init; } = new(StringComparer.Ordinal);

    public IEnumerable<Sample> Of(Work work, string tool, string variant = "") =>
        Samples.Where(s => s.Work == work && s.Variant == variant && string.Equals(s.Tool, tool, StringComparison.Ordinal));

    /// <summary>The middle of what was timed, in seconds; null where nothing was.</summary>
    public double? Seconds(Work work, string tool, string variant = "") => Median(Of(work, tool, variant).Select(s => s.Seconds));

    /// <summary>The same, until it was on disk.</summary>
    public double? DurableSeconds(Work work, string tool, string variant = "") => Median(Of(work, tool, variant).Select(s => s.DurableSeconds));

    /// <summary>Bytes on the wire, both ways; null where they were not counted.</summary>
    public double? Wire(Work work, string tool, string variant = "") => Median(Of(work, tool, variant).Select(s => (double?)s.Wire));

    public Floor? FloorOf(Work work) => Floors.FirstOrDefault(f => f.Work == work);

    public static double? Median(IEnumerable<double?> values)
    {
        var sorted = values.OfType<double>().Order().ToArray();
        return sorted.Length is 0 ? null : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
