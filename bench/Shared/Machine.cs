using System.Globalization;

namespace Sync.Bench;

/// <summary>Where it was measured.</summary>
internal static class Machine
{
    public static string Describe(string directory)
    {
        var memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1L << 30);
        var kernel = string.Join('.', Environment.OSVersion.Version.ToString().Split('.').Take(2));
        return string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, {memory:0} GiB, Linux {kernel}, {FileSystem(directory)}");
    }

    /// <summary>Runnable and waiting tasks, on average over the last minute: more than a little says that the machine does other things, too.</summary>
    public static double Load() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    // The mount with the longest path above the directory.
    private static string FileSystem(string directory) => File.ReadLines("/proc/mounts").Select(l => l.Split(' '))
        .Where(f => f[1] is "/" || directory == f[1] || directory.StartsWith(f[1] + "/", StringComparison.Ordinal))
        .MaxBy(f => f[1].Length)?[2] ?? "an unknown file system";
}
