using System.Reflection;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Where the build put the two programs.</summary>
internal static class Executables
{
    public static string Host { get; } = Find("sync-host");

    public static string Guest { get; } = Find("sync-guest");

    /// <summary>They were linked ahead of time; else the file is a launcher, 80 KB, of a runtime that compiles them as they run.</summary>
    public static bool AreNative { get; } = new FileInfo(Guest).Length > 1 << 20;

    private static string Find(string name)
    {
        string path = typeof(Executables).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == name).Value!;
        path = Path.GetFullPath(path);
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: build the solution first.");
    }
}
