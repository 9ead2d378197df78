namespace Sync.Web.Dashboard.Watching;

/// <summary>One count's rate, smoothed: what is older than a few seconds hardly counts.</summary>
internal sealed class Flow
{
    // Of a rate, after this long, a third is left.
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(3);
    private const double Still = 1;

    private long _count;
    private long _at;
    private bool _begun;

    /// <summary>Bytes a second.</summary>
    public double Rate { get; private set; }

    /// <summary>Whether nothing worth telling moves.</summary>
    public bool IsStill => Rate < Still;

    /// <summary>A count that grows; one that begins anew tells nothing.</summary>
    public void Take(long count, long now, TimeProvider time) => Add(count - _count, count, now, time);

    /// <summary>A count of what is left.</summary>
    public void TakeLeft(long left, long now, TimeProvider time) => Add(_count - left, left, now, time);

    private void Add(long moved, long count, long now, TimeProvider time)
    {
        var passed = time.GetElapsedTime(_at, now);
        if (_begun && passed > TimeSpan.Zero)
        {
            var keep = Math.Exp(-passed / Memory);
            Rate = (Rate * keep) + (Math.Max(0, moved) / passed.TotalSeconds * (1 - keep));
            if (IsStill)
                Rate = 0;
        }

        (_count, _at, _begun) = (count, now, true);
    }
}
