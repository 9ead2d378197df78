namespace Sync.Engine.Control;

/// <summary>
/// One piece of work at a time on another processor, while its owner does something else. If no processor came to it meanwhile, whoever waits does it:
/// nobody waits for a thread that may wait for the waiter. One user.
/// </summary>
internal sealed class SideWork : IThreadPoolWorkItem, IDisposable
{
    private readonly ManualResetEventSlim _done = new(true);
    private Action? _work;
    private int _isOpen;
    private Exception? _failure;

    /// <summary>Begins, once what was begun before has been waited for.</summary>
    public void Begin(Action work)
    {
        _work = work;
        _done.Reset();
        Volatile.Write(ref _isOpen, 1);
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    /// <summary>Returns when it is done; at once if nothing was begun.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public void Wait()
    {
        Do();
        _done.Wait();
        if (_failure is not null) throw new InvalidOperationException("What was to be done aside failed.", _failure);
    }

    void IThreadPoolWorkItem.Execute() => Do();

    /// <summary>Of the pool's thread and the one that waits, the first does it.</summary>
    private void Do()
    {
        if (Interlocked.Exchange(ref _isOpen, 0) == 0) return;
        try
        {
            _work!();
        }
        catch (Exception e)
        {
            _failure = e;
        }

        _done.Set();
    }

    /// <summary>Waits, too, or takes the work back: what it works on is the owner's again.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOpen, 0) != 0) _done.Set();
        _done.Wait();
        _done.Dispose();
    }
}
