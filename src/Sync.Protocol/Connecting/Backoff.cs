namespace Sync.Protocol.Connecting;

/// <summary>
/// How long to wait between tries to reach a host: exponential, with jitter so that guests of a restarted host do not come all at once,
/// and cut short by <see cref="Wake"/>. One waiter at a time; <see cref="Wake"/> from any thread.
/// </summary>
public sealed class Backoff(TimeProvider time, Random random)
{
    /// <summary>The first wait, before jitter.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(200);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(15);

    private readonly SemaphoreSlim _wake = new(0, 1);
    private int _failures;

    /// <summary>The next wait: between half and all of a doubling delay.</summary>
    public TimeSpan Next()
    {
        // Doubling past the cap changes nothing, and would overflow after a day.
        var failures = Math.Min(Interlocked.Increment(ref _failures) - 1, 16);
        var delay = Math.Min(Shortest.TotalMilliseconds * (1 << failures), Longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(delay * (0.5 + (random.NextDouble() / 2)));
    }

    /// <summary>Waits for <see cref="Next"/>, or until woken.</summary>
    public async Task DelayAsync(CancellationToken cancel)
    {
        var delay = Next();
        using var timeout = new CancellationTokenSource(delay, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, timeout.Token);
        try
        {
            await _wake.WaitAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The wait is over.
        }
    }

    /// <summary>A try was successful: the next failure waits the shortest again.</summary>
    public void Reset()
    {
        Interlocked.Exchange(ref _failures, 0);
        _wake.Wait(0);
    }

    /// <summary>Something changed that may make the host reachable: try now, and start again with short waits.</summary>
    public void Wake()
    {
        Interlocked.Exchange(ref _failures, 0);
        try
        {
            _wake.Release();
        }
        catch (SemaphoreFullException)
        {
            // Woken already, and not awake yet.
        }
    }
}
