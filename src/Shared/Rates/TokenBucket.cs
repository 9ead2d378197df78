namespace Sync.Shared.Rates;

/// <summary>
/// A token bucket in bytes. What is taken may leave a debt, which is waited for before the next is taken: so a frame larger than the bucket goes
/// too, and the rate holds on average. Pure, but for its state: the time is given. Not thread-safe.
/// </summary>
internal sealed class TokenBucket
{
    /// <summary>The bucket holds what flows in this time: a pause is made up for by no more.</summary>
    public static readonly TimeSpan Depth = TimeSpan.FromMilliseconds(100);

    private double _tokens;
    private TimeSpan _at;

    /// <summary>Bytes a second; 0: no limit.</summary>
    public long Rate { get; private set; }

    /// <summary>Changes the rate from now on; a debt stays, and is paid at the new rate.</summary>
    /// <param name="rate">Bytes a second; 0: no limit.</param>
    /// <param name="now">The time since any fixed moment; never goes back.</param>
    public void SetRate(long rate, TimeSpan now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rate);
        Flow(now);
        Rate = rate;
        _tokens = rate == 0 ? 0 : Math.Min(_tokens, Full);
    }

    /// <summary>Takes bytes, if there is no debt.</summary>
    /// <returns>Zero if they are taken; else how long the debt lasts, after which to ask again.</returns>
    public TimeSpan Take(long bytes, TimeSpan now)
    {
        if (Rate == 0)
            return TimeSpan.Zero;
        Flow(now);
        if (_tokens < 0)
            return TimeSpan.FromSeconds(-_tokens / Rate) + TimeSpan.FromTicks(1);
        _tokens -= bytes;
        return TimeSpan.Zero;
    }

    private double Full => Rate * Depth.TotalSeconds;

    private void Flow(TimeSpan now)
    {
        if (Rate > 0)
            _tokens = Math.Min(_tokens + ((now - _at).TotalSeconds * Rate), Full);
        _at = now;
    }
}
