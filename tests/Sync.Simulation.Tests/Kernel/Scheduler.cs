namespace Sync.Simulation.Tests.Kernel;

/// <summary>
/// Virtual time and all that is to happen in it, in one order that follows from the seed. Users' steps wait in a queue of their own: they may also
/// come between two calls that an engine's thread makes to its disk, as on a real machine.
/// </summary>
internal sealed class Scheduler(Dice dice)
{
    private const long InterleaveWithinNs = 3_000_000;

    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly PriorityQueue<Action, (long At, long Order)> _steps = new();
    private long _order;
    private bool _isInStep;

    /// <summary>Nanoseconds since the run's beginning.</summary>
    public long NowNs { get; private set; }

    public long Events { get; private set; }

    public Dice Dice => dice;

    /// <summary>Something of the machines or the network is to happen after so many nanoseconds.</summary>
    public void After(long delayNs, Action action) => _events.Enqueue(action, (NowNs + delayNs, _order++));

    /// <summary>Something of a user or of fate is to happen at a time.</summary>
    public void StepAt(long atNs, Action step) => _steps.Enqueue(step, (Math.Max(NowNs, atNs), _order++));

    /// <summary>Users have nothing left to do.</summary>
    public bool HasSteps => _steps.Count > 0;

    /// <summary>The next thing happens. False if there is none before that time, which is then.</summary>
    public bool RunNext(long untilNs)
    {
        var isEvent = _events.TryPeek(out _, out var e);
        if (_steps.TryPeek(out _, out var s) && (!isEvent || s.CompareTo(e) < 0))
        {
            if (s.At > untilNs) return Rest(untilNs);
            NowNs = Math.Max(NowNs, s.At);
            RunStep();
            return true;
        }

        if (!isEvent || e.At > untilNs) return Rest(untilNs);
        NowNs = Math.Max(NowNs, e.At);
        Events++;
        try
        {
            _events.Dequeue()();
        }
        catch (ProcessEndedException)
        {
            // Its process died in it: that is how it unwinds.
        }

        return true;
    }

    /// <summary>A call to a disk takes a little time, and a user may be faster.</summary>
    public void Interleave()
    {
        NowNs += 1_000 + dice.Below(4_000);
        if (_isInStep) return;
        while (_steps.TryPeek(out _, out var s) && s.At <= NowNs + InterleaveWithinNs && dice.OneIn(4)) RunStep();
    }

    private bool Rest(long untilNs)
    {
        NowNs = Math.Max(NowNs, untilNs);
        return false;
    }

    private void RunStep()
    {
        Events++;
        _isInStep = true;
        try
        {
            _steps.Dequeue()();
        }
        finally
        {
            _isInStep = false;
        }
    }
}
