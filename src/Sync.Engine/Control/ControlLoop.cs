namespace Sync.Engine.Control;

/// <summary>
/// The one thread on which a replica's (or a journal's) state lives: runs posted actions in order, and a closing action whenever it has caught up
/// or has run many. Anything slow is done elsewhere and posts back. An exception in an action is a defect: it goes to the handler, and the loop goes on.
/// </summary>
internal sealed class ControlLoop : IDisposable
{
    /// <summary>Actions between two turns' ends, so that a flood of events does not starve planning.</summary>
    private const int TurnLength = 512;

    private readonly object _gate = new();
    private readonly string _name;
    private readonly Thread? _thread;

    /// <summary>Where turns run instead of on a thread; see <see cref="Machines.IMachine.NewLane"/>.</summary>
    private readonly Action<Action>? _lane;
    private readonly Action _endOfTurn;
    private readonly Action<Exception> _onError;
    private Queue<Action> _incoming = new();
    private bool _stopped;

    /// <summary>The queue that is being worked off is to be trimmed when it is empty.</summary>
    private bool _isTrimDue;

    public ControlLoop(string name, Action endOfTurn, Action<Exception> onError, Action<Action>? lane = null)
    {
        _name = name;
        _endOfTurn = endOfTurn;
        _onError = onError;
        _lane = lane;
        if (lane is null) _thread = new Thread(Run) { IsBackground = true, Name = name };
    }

    public void Start()
    {
        if (_thread is not null) _thread.Start();
        else _lane!(Turn);
    }

    /// <summary>Queues an action; after <see cref="Dispose"/> it is dropped.</summary>
    public void Post(Action action)
    {
        lock (_gate)
        {
            if (_stopped) return;
            _incoming.Enqueue(action);
            if (_incoming.Count > 1) return;
            if (_lane is null) Monitor.Pulse(_gate);
            else _lane(Turn);
        }
    }

    /// <summary>Runs a function on the loop and returns what it returns.</summary>
    public Task<T> CallAsync<T>(Func<T> function, CancellationToken cancel = default)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_stopped) return Task.FromException<T>(new ObjectDisposedException(_name));
        }

        Post(() =>
        {
            try
            {
                result.TrySetResult(function());
            }
            catch (Exception e)
            {
                result.TrySetException(e);
            }
        });
        return result.Task.WaitAsync(cancel);
    }

    /// <summary>Gives memory back; on the loop.</summary>
    public void Trim()
    {
        lock (_gate) _incoming.TrimExcess();
        _isTrimDue = true;
    }

    /// <summary>Ends the loop after the actions already queued; waits for it, unless called on it.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_stopped) return;
            _stopped = true;
            Monitor.Pulse(_gate);
        }

        if (_thread is null) Turn();
        else if (_thread.IsAlive && Thread.CurrentThread != _thread) _thread.Join();
    }

    /// <summary>Works off what is queued, where there is no thread for it.</summary>
    private void Turn()
    {
        Queue<Action> batch;
        lock (_gate)
        {
            if (_incoming.Count == 0) return;
            (batch, _incoming) = (_incoming, new Queue<Action>());
        }

        WorkOff(batch);
    }

    private void Run()
    {
        var batch = new Queue<Action>();
        while (true)
        {
            lock (_gate)
            {
                while (_incoming.Count == 0 && !_stopped) Monitor.Wait(_gate);
                if (_incoming.Count == 0) return;
                (batch, _incoming) = (_incoming, batch);
            }

            WorkOff(batch);
            if (!_isTrimDue) continue;
            _isTrimDue = false;
            batch.TrimExcess();
        }
    }

    private void WorkOff(Queue<Action> batch)
    {
        while (batch.Count > 0)
        {
            for (var i = 0; i < TurnLength && batch.TryDequeue(out var action); i++) Guard(action);
            Guard(_endOfTurn);
        }
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            _onError(e);
        }
    }
}
