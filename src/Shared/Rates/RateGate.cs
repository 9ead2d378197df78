namespace Sync.Shared.Rates;

/// <summary>Holds up who would send or receive faster than a limit that may change meanwhile. Safe from any thread; fair enough: who waits asks again when the debt is paid.</summary>
internal sealed class RateGate(TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly TokenBucket _bucket = new();
    private readonly long _begun = time.GetTimestamp();
    private volatile bool _limited;
    private TaskCompletionSource _changed = NewSignal();

    /// <summary>Bytes a second; 0: no limit.</summary>
    public long Rate
    {
        get
        {
            lock (_gate)
                return _bucket.Rate;
        }

        set
        {
            TaskCompletionSource changed;
            lock (_gate)
            {
                if (_bucket.Rate == value)
                    return;
                _bucket.SetRate(value, Now);
                _limited = value > 0;
                changed = _changed;
                _changed = NewSignal();
            }

            // Who waits does so for the old rate's debt.
            changed.TrySetResult();
        }
    }

    /// <summary>Completes when so many bytes may pass.</summary>
    public ValueTask PassAsync(int bytes, CancellationToken cancel) => _limited ? WaitAsync(bytes, cancel) : ValueTask.CompletedTask;

    private TimeSpan Now => time.GetElapsedTime(_begun);

    private async ValueTask WaitAsync(int bytes, CancellationToken cancel)
    {
        while (true)
        {
            TimeSpan wait;
            Task changed;
            lock (_gate)
            {
                wait = _bucket.Take(bytes, Now);
                changed = _changed.Task;
            }

            if (wait == TimeSpan.Zero)
                return;
            using var over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            await Task.WhenAny(Task.Delay(wait, time, over.Token), changed);
            await over.CancelAsync();
            cancel.ThrowIfCancellationRequested();
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
