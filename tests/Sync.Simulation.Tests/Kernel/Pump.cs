namespace Sync.Simulation.Tests.Kernel;

/// <summary>
/// Runs a simulation on the thread pool's only thread: what the engine has given to the pool (continuations, the link's loops) is worked off by the
/// pool itself, in its order, and when nothing of that is left the next thing of the simulation happens. So the engine's asynchronous code runs as
/// it is, on one thread, in the same order each time.
/// </summary>
internal sealed class Pump(Func<bool> runNext) : IThreadPoolWorkItem
{
    /// <summary>Steps without a look at the pool's other work... of which there is none then.</summary>
    private readonly ManualResetEventSlim _ended = new();
    private Exception? _failure;

    /// <summary>Makes the pool one thread. To be called before anything else uses it.</summary>
    public static void ClaimPool()
    {
        if (!ThreadPool.SetMinThreads(1, 1) || !ThreadPool.SetMaxThreads(1, 1)) throw new InvalidOperationException("The thread pool cannot be made one thread.");
    }

    /// <summary>Runs until there is nothing left to run.</summary>
    public void Run()
    {
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        _ended.Wait();
        if (_failure is not null) throw new InvalidOperationException("The simulation itself failed: " + _failure.Message, _failure);
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            while (ThreadPool.PendingWorkItemCount == 0)
            {
                if (runNext()) continue;
                _ended.Set();
                return;
            }
        }
        catch (Exception e)
        {
            _failure = e;
            _ended.Set();
            return;
        }

        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }
}
