using System.Diagnostics.Metrics;

namespace Sync.Engine.Journal;

/// <summary>What journals measure; whoever wants it listens to the meter, and where nobody does it costs next to nothing.</summary>
public static class JournalMetrics
{
    /// <summary>The meter's name.</summary>
    public const string Meter = "Sync.Engine";

    private static readonly Meter Source = new(Meter);

    private static readonly Counter<long> Commits = Source.CreateCounter<long>("sync.journal.commits", description: "Groups of changes made durable");

    private static readonly Counter<long> Failures = Source.CreateCounter<long>("sync.journal.commit.failures", description: "Commits that failed, and are tried again");

    private static readonly Counter<long> Changes = Source.CreateCounter<long>("sync.journal.changes", description: "Entries changed: saves, moves, deletions, once for each commit that holds them");

    // From a page cache to a disk that is busy with others.
    private static readonly Histogram<double> Duration = Source.CreateHistogram(
        "sync.journal.commit.duration",
        "s",
        "How long a commit took, the files it stands on included",
        tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2, 4, 8] });

    /// <summary>A commit has ended.</summary>
    internal static void Committed(string share, int entries, TimeSpan took, bool failed)
    {
        var tag = new KeyValuePair<string, object?>("share", share);
        if (failed)
        {
            Failures.Add(1, tag);
            return;
        }

        Commits.Add(1, tag);
        Changes.Add(entries, tag);
        Duration.Record(took.TotalSeconds, tag);
    }
}
