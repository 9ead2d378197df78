namespace Sync.Bench.Compare;

/// <summary>How long a piece of work took.</summary>
/// <param name="Time">Until the tool says it is done.</param>
/// <param name="Durable">Until it is on disk too; the same where the tool sees to that itself.</param>
internal readonly record struct Timing(TimeSpan Time, TimeSpan Durable);
