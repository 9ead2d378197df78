namespace Sync.Bench.Compare;

/// <summary>Memory of a tool's processes, in MB (10⁶): resident at the end of the work (none where they have ended), and at their peak.</summary>
internal sealed record Footprint(double? Source, double SourcePeak, double? Target, double TargetPeak);
