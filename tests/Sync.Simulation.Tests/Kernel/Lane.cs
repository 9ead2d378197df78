namespace Sync.Simulation.Tests.Kernel;

/// <summary>A loop's thread or a pool's threads: work begins in the order in which it came, of several threads' nearly so, now at once, now after
/// a while in which others were faster.</summary>
internal sealed class Lane(SimProcess process, int width)
{
    private readonly List<Action> _queue = [];
    private int _begun;

    public void Run(Action work)
    {
        if (process.IsDead) return;
        _queue.Add(work);
        if (_begun < width) Begin();
    }

    private void Begin()
    {
        _begun++;
        process.Scheduler.After(Latency(), RunOne);
    }

    private void RunOne()
    {
        _begun--;
        if (process.IsDead || _queue.Count == 0) return;
        var next = width > 1 && _queue.Count > 1 ? process.Dice.Below(2) : 0;
        var work = _queue[next];
        _queue.RemoveAt(next);
        if (_queue.Count > _begun && _begun < width) Begin();
        work();
    }

    private long Latency() => process.Dice.Below(64) switch
    {
        0 => process.Dice.Between(1_000, 30_000) * 1_000L,
        < 8 => process.Dice.Between(100, 1_000) * 1_000L,
        _ => process.Dice.Between(2, 60) * 1_000L,
    };
}
