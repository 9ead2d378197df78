namespace Sync.Engine.Control;

/// <summary>A few threads of its own for blocking work, in order of arrival: the shared thread pool stays free for the network.
/// Work must not throw; what it finds it posts back.</summary>
internal sealed class WorkerPool : IDisposable
{
    private readonly object _gate = new();
    private readonly Queue<Action> _work = new();
    private readonly Thread[] _threads;
    private readonly Action<Exception> _onError;
    private readonly bool _yields;
    private readonly Action<Action>? _lane;
    private bool _stopped;

    /// <summary>Starts its threads.</summary>
    /// <param name="name">Of its threads, with a number each.</param>
    /// <param name="threads">How many.</param>
    /// <param name="onError">Told of what work has thrown after all.</param>
    /// <param name="yields">Whether the work is long, and others go first.</param>
    /// <param name="lane">Where work runs instead of on threads; see <see cref="Machines.IMachine.NewLane"/>.</param>
    public WorkerPool(string name, int threads, Action<Exception> onError, bool yields = false, Action<Action>? lane = null)
    {
        _onError = onError;
        _yields = yields;
        _lane = lane;
        _threads = lane is null ? new Thread[threads] : [];
        for (var i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Run) { IsBackground = true, Name = $"{name} {i}" };
            _threads[i].Start();
        }
    }

    public void Run(Action work)
    {
        lock (_gate)
        {
            if (_stopped) return;
            _work.Enqueue(work);
            Monitor.Pulse(_gate);
        }

        _lane?.Invoke(RunNext);
    }

    /// <summary>Gives memory back.</summary>
    public void Trim()
    {
        lock (_gate) _work.TrimExcess();
    }

    /// <summary>Drops what has not begun, waits for what has.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            _work.Clear();
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads)
            if (thread != Thread.CurrentThread) thread.Join();
    }

    private void Run()
    {
        if (_yields) CurrentThread.Yield();
        while (true)
        {
            Action? work;
            lock (_gate)
            {
                while (!_work.TryDequeue(out work))
                {
                    if (_stopped) return;
                    Monitor.Wait(_gate);
                }
            }

            Guard(work);
        }
    }

    private void RunNext()
    {
        Action? work;
        lock (_gate)
        {
            if (!_work.TryDequeue(out work)) return;
        }

        Guard(work);
    }

    private void Guard(Action work)
    {
        try
        {
            work();
        }
        catch (Exception e)
        {
            _onError(e);
        }
    }
}
