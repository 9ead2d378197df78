using System.Diagnostics.Metrics;
using Sync.Engine.Journal;

namespace Sync.Engine.Replicas;

/// <summary>How soon what was saved is elsewhere. Where nobody listens it costs next to nothing.</summary>
public static class SpreadMetrics
{
    /// <summary>The histogram's name.</summary>
    public const string Latency = "sync.save.latency";

    private static readonly Meter Source = new(JournalMetrics.Meter);

    // From loopback to a link that is slower than what is saved.
    private static readonly Histogram<double> Saves = Source.CreateHistogram(
        Latency,
        "s",
        "From the save of a file, on the host or on another guest, until it stands at its place on a guest",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2, 4, 8, 16, 32, 64] });

    /// <summary>A save has come to a guest.</summary>
    internal static void Landed(string share, string guest, TimeSpan latency) =>
        Saves.Record(latency.TotalSeconds, new KeyValuePair<string, object?>("share", share), new KeyValuePair<string, object?>("guest", guest));
}
