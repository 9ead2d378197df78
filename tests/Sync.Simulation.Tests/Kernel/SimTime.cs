namespace Sync.Simulation.Tests.Kernel;

/// <summary>A process's clock: the run's time, from a date on, a little wrong.</summary>
internal sealed class SimTime(SimProcess process, long skewNs) : TimeProvider
{
    /// <summary>When runs begin; ns since 1970 UTC.</summary>
    public const long EpochNs = 1_790_000_000_000_000_000;

    public override long TimestampFrequency => 1_000_000_000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks((EpochNs + skewNs + process.Scheduler.NowNs) / 100);

    public override long GetTimestamp() => process.Scheduler.NowNs;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(process, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class Timer(SimProcess process, TimerCallback callback, object? state) : ITimer
    {
        private int _setting;
        private TimeSpan _period;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var setting = ++_setting;
            _period = period;
            if (dueTime >= TimeSpan.Zero && !process.IsDead) process.Scheduler.After(dueTime.Ticks * 100 + process.Dice.Below(50_000), () => Fire(setting));
            return true;
        }

        public void Dispose() => _setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Fire(int setting)
        {
            if (setting != _setting || process.IsDead) return;
            if (_period > TimeSpan.Zero) Change(_period, _period);
            callback(state);
        }
    }
}
