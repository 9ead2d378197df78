using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;

namespace Sync.Shared.Control;

/// <summary>
/// Tells systemd that the agent lives, as often as its unit's WatchdogSec= asks for: from the thread pool, so that an agent none of whose threads gets anywhere is started again.
/// </summary>
/// <param name="systemd">Where it is told.</param>
/// <param name="limit">How long silence is borne.</param>
/// <param name="time">The clock.</param>
internal sealed class Watchdog(ISystemdNotifier systemd, TimeSpan limit, TimeProvider time) : BackgroundService
{
    private static readonly ServiceState Alive = new("WATCHDOG=1");

    /// <summary>The limit of which the environment tells, sd_watchdog_enabled(3); null: nobody watches this process.</summary>
    /// <param name="microseconds">WATCHDOG_USEC.</param>
    /// <param name="process">WATCHDOG_PID; null: whoever reads it.</param>
    /// <param name="me">This process.</param>
    public static TimeSpan? Limit(string? microseconds, string? process, int me)
    {
        if (!long.TryParse(microseconds, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) || limit is 0 or > long.MaxValue / TimeSpan.TicksPerMicrosecond) return null;
        if (process is not null && (!int.TryParse(process, NumberStyles.None, CultureInfo.InvariantCulture, out var watched) || watched != me)) return null;
        return TimeSpan.FromMicroseconds(limit);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Half the limit, as the manual advises.
        using var timer = new PeriodicTimer(limit / 2, time);
        do
        {
            systemd.Notify(Alive);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
