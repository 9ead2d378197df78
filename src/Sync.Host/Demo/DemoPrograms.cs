using Sync.Shared.Output;

namespace Sync.Host.Demo;

/// <summary>Where the programs and the files of the demo are.</summary>
internal static class DemoPrograms
{
    /// <summary>The root of the .NET installation that runs this; null if it runs without one.</summary>
    public static string? RuntimeRoot
    {
        get
        {
            // ROOT/shared/Microsoft.NETCore.App/10.0.0/
            var runtime = Path.TrimEndingDirectorySeparator(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory());
            var root = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(runtime)));
            return root is not null && Directory.Exists(Path.Combine(root, "shared")) ? root : null;
        }
    }

    /// <summary>This program.</summary>
    public static string Host()
    {
        var own = Environment.ProcessPath;
        return own is not null && Path.GetFileNameWithoutExtension(own) is "sync-host"
            ? own
            : Existing(Path.Combine(AppContext.BaseDirectory, "sync-host")) ?? throw new CommandFailure("the sync-host executable is not beside sync-host.dll; build it again");
    }

    /// <summary>sync-guest: beside this one, in the source tree's own place for it, or on the PATH.</summary>
    public static string Guest()
    {
        var here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var candidates = new List<string>
        {
            Path.Combine(here, "sync-guest"),
            Path.Combine(here.Replace("Sync.Host", "Sync.Guest", StringComparison.Ordinal), "sync-guest"),
        };
        candidates.AddRange((Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries).Select(p => Path.Combine(p, "sync-guest")));
        return candidates.Select(Existing).FirstOrDefault(found => found is not null)
            ?? throw new CommandFailure("sync-guest was not found beside sync-host, nor on the PATH; build src/Sync.Guest, or install it");
    }

    /// <summary>The folder of the newest SDK beside the running runtime: a real tree to sync.</summary>
    public static string Sdk()
    {
        foreach (var root in (string?[])[Environment.GetEnvironmentVariable("DOTNET_ROOT"), RuntimeRoot, "/usr/share/dotnet", "/usr/lib/dotnet"])
        {
            if (root is null || !Directory.Exists(Path.Combine(root, "sdk")))
                continue;
            var newest = Directory.GetDirectories(Path.Combine(root, "sdk"))
                .Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0]))
                .OrderByDescending(folder => Version.TryParse(Path.GetFileName(folder).Split('-')[0], out var version) ? version : new Version(0, 0))
                .FirstOrDefault();
            if (newest is not null)
                return newest;
        }

        throw new CommandFailure("the demo syncs a copy of the .NET SDK's folder, and found no SDK; set DOTNET_ROOT to its installation");
    }

    private static string? Existing(string path) => File.Exists(path) ? path : null;
}
