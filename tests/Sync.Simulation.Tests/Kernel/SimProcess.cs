namespace Sync.Simulation.Tests.Kernel;

/// <summary>
/// One life of an agent. When it has ended, whatever of it still runs can do nothing any more: its calls fail, its timers and lanes are dropped.
/// </summary>
internal sealed class SimProcess(Scheduler scheduler, string name, Dice dice, Action<SimProcess> die)
{
    private readonly CancellationTokenSource _noticed = new();

    public string Name => name;

    public Scheduler Scheduler => scheduler;

    public Dice Dice => dice;

    public bool IsDead { get; private set; }

    /// <summary>It dies at the so-manieth effect from now; 0: it does not.</summary>
    public int DiesAfter { get; set; }

    /// <summary>Calls to the disk, commits and sends so far.</summary>
    public long Effects { get; private set; }

    /// <summary>Cancelled when the other side of its connections can know that it has ended.</summary>
    public CancellationToken Noticed => _noticed.Token;

    /// <summary>Before each effect.</summary>
    /// <exception cref="ProcessEndedException">It has ended.</exception>
    public void Effect()
    {
        if (IsDead) throw new ProcessEndedException();
        Effects++;
        if (DiesAfter == 0 || --DiesAfter > 0) return;
        die(this);
        throw new ProcessEndedException();
    }

    /// <summary>Ends it.</summary>
    public void End()
    {
        if (IsDead) return;
        IsDead = true;
        scheduler.After(dice.Between(1, 300) * 1_000_000L, _noticed.Cancel);
    }
}
