using System.Runtime.InteropServices;

namespace Sync.Engine.Files.Linux;

/// <summary><c>struct timespec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct TimeSpec
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    public long Seconds;
    public long Nanoseconds;

    /// <summary>Leaves this time as it is (<c>UTIME_OMIT</c>).</summary>
    public static TimeSpec Omit => new() { Nanoseconds = (1L << 30) - 2 };

    /// <summary>Times before 1970 too: the nanoseconds of a timespec are never negative.</summary>
    public static TimeSpec FromNanoseconds(long ns)
    {
        var (seconds, rest) = Math.DivRem(ns, NanosecondsPerSecond);
        return rest < 0
            ? new() { Seconds = seconds - 1, Nanoseconds = rest + NanosecondsPerSecond }
            : new() { Seconds = seconds, Nanoseconds = rest };
    }
}
