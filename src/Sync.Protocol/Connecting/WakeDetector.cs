using System.Net.NetworkInformation;

namespace Sync.Protocol.Connecting;

/// <summary>
/// Tells when a host that was out of reach may be back: the machine's addresses changed, or the machine slept. A suspended machine's monotonic
/// clock stands still on Linux, so sleep shows as wall time that went on between two ticks of a timer.
/// </summary>
public sealed class WakeDetector : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(2);

    /// <summary>A loaded machine's timer is late too; this late it is not.</summary>
    private static readonly TimeSpan Gap = TimeSpan.FromSeconds(8);

    private readonly TimeProvider _time;
    private readonly Action _wake;
    private readonly ITimer _timer;
    private long _lastTicks;

    /// <param name="time">The clocks.</param>
    /// <param name="wake">Called from a pool thread.</param>
    public WakeDetector(TimeProvider time, Action wake)
    {
        _time = time;
        _wake = wake;
        _lastTicks = time.GetUtcNow().UtcTicks;
        NetworkChange.NetworkAddressChanged += OnAddressChanged;
        _timer = time.CreateTimer(_ => OnTick(), null, Tick, Tick);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NetworkChange.NetworkAddressChanged -= OnAddressChanged;
        _timer.Dispose();
    }

    private void OnAddressChanged(object? sender, EventArgs e) => _wake();

    private void OnTick()
    {
        var now = _time.GetUtcNow().UtcTicks;
        var last = Interlocked.Exchange(ref _lastTicks, now);
        if (now - last > (Tick + Gap).Ticks) _wake();
    }
}
