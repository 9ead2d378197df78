namespace Sync.Bench.Compare;

/// <summary>The least that a piece of work can take, measured in the same run.</summary>
/// <param name="Work">The work.</param>
/// <param name="Seconds">In seconds; null where there is none.</param>
/// <param name="Bytes">On the wire; null where there is none.</param>
/// <param name="What">What it is.</param>
internal sealed record Floor(Work Work, double? Seconds, long? Bytes, string What);
