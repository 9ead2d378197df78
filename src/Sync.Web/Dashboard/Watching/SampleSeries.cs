namespace Sync.Web.Dashboard.Watching;

/// <summary>The samples of the last five minutes. Safe from any thread.</summary>
public sealed class SampleSeries
{
    /// <summary>How many are kept: one a second.</summary>
    public const int Kept = 300;

    private readonly Lock _lock = new();
    private readonly Queue<Sample> _samples = new(Kept);

    /// <summary>Adds the newest.</summary>
    public void Add(Sample sample)
    {
        lock (_lock)
        {
            if (_samples.Count == Kept)
                _samples.Dequeue();
            _samples.Enqueue(sample);
        }
    }

    /// <summary>All that are kept, oldest first.</summary>
    public IReadOnlyList<Sample> All()
    {
        lock (_lock)
            return [.. _samples];
    }
}
