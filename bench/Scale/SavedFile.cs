using System.Diagnostics;
using Sync.Delta;

namespace Sync.Bench.Scale;

/// <summary>One save on the host, and when each guest had its bytes. Safe from any thread.</summary>
internal sealed class SavedFile(ContentId content, int guests)
{
    private readonly long[] _arrived = new long[guests];
    private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _missing = guests;

    public ContentId Content => content;

    /// <summary>When the writer had closed the file, by <see cref="Stopwatch"/>.</summary>
    public long SavedAt { get; set; }

    /// <summary>Completes when it is with all.</summary>
    public Task All => _all.Task;

    /// <summary>Guests that do not have it.</summary>
    public int Missing => Volatile.Read(ref _missing);

    /// <summary>A guest has verified bytes of this content in its tree.</summary>
    public void Arrive(int guest)
    {
        if (Interlocked.CompareExchange(ref _arrived[guest], Stopwatch.GetTimestamp(), 0) == 0 && Interlocked.Decrement(ref _missing) == 0)
            _all.SetResult();
    }

    /// <summary>The times from the save on, in ms, the first guest's first. To be asked when all have it.</summary>
    public double[] Times() => [.. _arrived.Select(a => Stopwatch.GetElapsedTime(SavedAt, a).TotalMilliseconds).Order()];
}
