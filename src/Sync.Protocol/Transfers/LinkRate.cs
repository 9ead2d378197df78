using System.Diagnostics;

namespace Sync.Protocol.Transfers;

/// <summary>
/// How fast bytes of one stream go over its link. How long a write is held up is not the whole: what buffers on the way take at once (20 MB behind a slow proxy on this machine)
/// shows only in how late the peer asks for more. So the time between the writes counts too, without what packing took, and unless there was nothing to do. Not thread-safe.
/// </summary>
internal sealed class LinkRate
{
    /// <summary>Nothing sent for so long: there was nothing to send.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>What is left of a measure one window later: it is of the last five or so.</summary>
    private const double Remembered = 0.8;

    /// <summary>A window has a megabyte, or so many writes.</summary>
    private const int WindowWrites = 32;

    private const int WindowLength = 1 << 20;

    private long _windowBytes;
    private TimeSpan _windowTime;
    private int _windowWrites;
    private double _pastBytes;
    private double _pastSeconds;
    private TimeSpan _packing;
    private TimeSpan _held;
    private long _toldAt;

    /// <summary>In bytes on the wire a second; infinite until it is known.</summary>
    public double BytesPerSecond { get; private set; } = double.PositiveInfinity;

    /// <summary>Packing has taken so long.</summary>
    public void Packed(TimeSpan time) => _packing += time;

    /// <summary>What is sent next was held up for so long before.</summary>
    public void Held(TimeSpan time) => _held += time;

    /// <summary>So many bytes have gone.</summary>
    /// <param name="bytes">On the wire.</param>
    /// <param name="begun">When their write began, as <see cref="Stopwatch.GetTimestamp"/> tells it.</param>
    public void Sent(int bytes, long begun)
    {
        var now = Stopwatch.GetTimestamp();
        var held = Stopwatch.GetElapsedTime(begun, now) + _held;
        var all = Stopwatch.GetElapsedTime(_toldAt, now) - _packing;
        Add(bytes, _toldAt == 0 || all < held || all > Pause ? held : all);
        _toldAt = now;
        (_held, _packing) = (TimeSpan.Zero, TimeSpan.Zero);
    }

    /// <summary>So many bytes have gone in so long.</summary>
    internal void Add(int bytes, TimeSpan time)
    {
        _windowBytes += bytes;
        _windowTime += time;
        // Packed, they tell of the link by fewer bytes.
        if (++_windowWrites < WindowWrites && _windowBytes < WindowLength) return;
        _windowWrites = 0;
        // Buffers on the way take some megabytes at once, and then nothing for as long: of each megabyte by itself three of four had gone plain over a link of 5 MB/s.
        _pastBytes = _pastBytes * Remembered + _windowBytes;
        _pastSeconds = _pastSeconds * Remembered + _windowTime.TotalSeconds;
        BytesPerSecond = _pastSeconds <= 0 ? double.PositiveInfinity : _pastBytes / _pastSeconds;
        _windowBytes = 0;
        _windowTime = TimeSpan.Zero;
    }
}
