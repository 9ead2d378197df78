namespace Sync.Bench.Compare;

/// <summary>What is to be reached.</summary>
/// <param name="Work">By which work.</param>
/// <param name="Kind">What is compared.</param>
/// <param name="Limit">The most that passes.</param>
/// <param name="Text">As it is written in the table.</param>
/// <param name="Variant">The variant of the work.</param>
internal sealed record Bar(Work Work, BarKind Kind, double Limit, string Text, string Variant = "")
{
    public static readonly Bar[] All =
    [
        new(Work.First, BarKind.TimeToRsync, 0.7, "≤ 0.7 × rsync"),
        new(Work.Unchanged, BarKind.TimeToRsync, 0.7, "≤ 0.7 × rsync"),
        new(Work.Replaced, BarKind.TimeToRsync, 0.4, "≤ 0.4 × rsync"),
        new(Work.Replaced, BarKind.BytesToCompressedRsync, 0.7, "≤ 0.7 × rsync -z"),
        new(Work.Tar, BarKind.TimeToRsync, 0.5, "≤ 0.5 × rsync"),
        new(Work.Tar, BarKind.Bytes, 12e6, "≤ 12 MB"),
        new(Work.Pages, BarKind.TimeToRsync, 0.5, "≤ 0.5 × rsync"),
        new(Work.Pages, BarKind.Bytes, 0.6e6, "≤ 0.6 MB"),
        new(Work.Insert, BarKind.TimeToRsync, 0.5, "≤ 0.5 × rsync"),
        new(Work.Insert, BarKind.Bytes, 0.15e6, "≤ 0.15 MB"),
        new(Work.Append, BarKind.Bytes, 1.1 * (1 << 20), "≤ 1.1 MiB"),
        new(Work.Random, BarKind.TimeToRsync, 1 / 1.5, "rate ≥ 1.5 × rsync"),
        new(Work.Random, BarKind.TimeToFloor, 1 / 0.8, "rate ≥ 0.8 × floor"),
        new(Work.Burst, BarKind.Time, 0.5, "≤ 0.5 s"),
        new(Work.Save, BarKind.Time, 0.003, "≤ 3 ms", "p50"),
        new(Work.Save, BarKind.Time, 0.015, "≤ 15 ms", "p99"),
    ];

    public bool IsOfBytes => Kind is BarKind.Bytes or BarKind.BytesToCompressedRsync;

    /// <summary>Whether it was reached; null where there are no figures.</summary>
    public bool? Met(Results results) => Value(results) is { } value ? value <= Limit : null;

    private double? Value(Results results) => Kind switch
    {
        BarKind.TimeToRsync => results.Seconds(Work, Tool.Sync, Variant) / results.Seconds(Work, Tool.Rsync, Variant),
        BarKind.TimeToFloor => results.Seconds(Work, Tool.Sync, Variant) / results.FloorOf(Work)?.Seconds,
        BarKind.Time => results.Seconds(Work, Tool.Sync, Variant),
        BarKind.Bytes => results.Wire(Work, Tool.Sync, Variant),
        _ => results.Wire(Work, Tool.Sync, Variant) / results.Wire(Work, Tool.RsyncCompressed, Variant),
    };
}
