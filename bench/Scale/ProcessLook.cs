using System.Diagnostics;
using System.Globalization;

namespace Sync.Bench.Scale;

/// <summary>What the kernel tells of a process at one moment.</summary>
/// <param name="At">When, by <see cref="Stopwatch"/>.</param>
/// <param name="Cpu">User and system time since its start.</param>
/// <param name="Written">Bytes that it caused to be written to disks.</param>
internal sealed record ProcessLook(long At, TimeSpan Cpu, long Written)
{
    // USER_HZ: 100 on every Linux that .NET runs on.
    private const double Ticks = 100;

    public static ProcessLook Now(int process)
    {
        // Fields are counted from behind the name, which may hold anything.
        var stat = File.ReadAllText($"/proc/{process}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var ticks = long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture);
        var written = File.ReadLines($"/proc/{process}/io").First(l => l.StartsWith("write_bytes:", StringComparison.Ordinal));
        return new ProcessLook(Stopwatch.GetTimestamp(), TimeSpan.FromSeconds(ticks / Ticks), long.Parse(written["write_bytes:".Length..], CultureInfo.InvariantCulture));
    }

    /// <summary>Per cent of one core used since an earlier look.</summary>
    public double ShareSince(ProcessLook before) => 100 * (Cpu - before.Cpu) / Stopwatch.GetElapsedTime(before.At, At);
}
