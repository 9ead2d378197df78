using System.Diagnostics;

namespace Sync.Bench.Compare;

/// <summary>One direction of the proxied link: counts what passes and, on a shaped link, says when it is due. All connections share it.</summary>
internal sealed class LinkDirection(LinkShape? shape)
{
    private readonly Lock _gate = new();
    private long _bytes;
    private double _free;

    public LinkShape? Shape { get; } = shape;

    /// <summary>Whether the link is as fast as loopback for now, to get ready for what is measured.</summary>
    public bool Open { get; set; }

    /// <summary>Bytes since the last time this was asked.</summary>
    public long Take() => Interlocked.Exchange(ref _bytes, 0);

    public void Count(int bytes) => Interlocked.Add(ref _bytes, bytes);

    /// <summary>When bytes that came now have crossed the link, as a timestamp in seconds.</summary>
    public double Due(int bytes)
    {
        if (Open)
            return 0;
        lock (_gate)
        {
            _free = Math.Max(_free, Now) + (bytes / Shape!.BytesPerSecond);
            return _free + Shape.OneWay.TotalSeconds;
        }
    }

    /// <summary>The clock of <see cref="Due"/>.</summary>
    public static double Now => (double)Stopwatch.GetTimestamp() / Stopwatch.Frequency;
}
