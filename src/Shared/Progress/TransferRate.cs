namespace Sync.Shared.Progress;

/// <summary>How fast a count grows, from looks at it now and then: smoothed over some seconds, so that a figure can be read. Pure: the time is given. Not thread-safe.</summary>
internal sealed class TransferRate
{
    // A rate that fell is shown after about so long.
    private static readonly TimeSpan Smoothing = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestLeft = TimeSpan.FromDays(99);

    private bool _begun;
    private TimeSpan _at;
    private long _total;
    private double _perSecond;

    /// <summary>Units a second; 0 before there is a second look.</summary>
    public double PerSecond => _perSecond;

    /// <summary>Takes a look.</summary>
    /// <param name="total">The count by now; one that falls begins anew (the agent was restarted).</param>
    /// <param name="now">The time since any fixed moment.</param>
    public void Look(long total, TimeSpan now)
    {
        if (!_begun || total < _total)
        {
            (_begun, _at, _total, _perSecond) = (true, now, total, 0);
            return;
        }

        var passed = (now - _at).TotalSeconds;
        if (passed <= 0)
            return;
        var weight = 1 - Math.Exp(-passed / Smoothing.TotalSeconds);
        var rate = (total - _total) / passed;
        // The first is all there is to go by.
        _perSecond = _perSecond == 0 ? rate : _perSecond + (weight * (rate - _perSecond));
        // What has all but stopped has.
        if (_perSecond < 0.5)
            _perSecond = 0;
        (_at, _total) = (now, total);
    }

    /// <summary>How long so much more takes at this rate; null while that cannot be told.</summary>
    public TimeSpan? Left(long more)
    {
        if (more <= 0)
            return TimeSpan.Zero;
        return _perSecond > 0 && more / _perSecond < LongestLeft.TotalSeconds ? TimeSpan.FromSeconds(more / _perSecond) : null;
    }
}
