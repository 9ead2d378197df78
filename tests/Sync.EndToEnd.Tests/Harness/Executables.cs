using System.Reflection;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Where the build put the two programs.</summary>
internal static class Executables
{
    public static string Host { get; } = Find("sync-host");

    public static string Guest { get; } = Find("sync-guest");

    private static string Find(string name)
    {
        string path = typeof(Executables).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(data => data.Key == name).Value!;
        path = Path.GetFullPath(path);
        return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: build the solution first.");
    }
}
