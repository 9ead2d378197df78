using System.Diagnostics;

namespace Sync.Bench.Compare;

/// <summary>What is measured against, from Debian's packages.</summary>
internal static class DebianPackages
{
    /// <summary>Installs those of these packages that are missing.</summary>
    /// <param name="wanted">Package → a file that it brings.</param>
    /// <exception cref="InvalidOperationException">Not root, and something is missing.</exception>
    public static async Task InstallAsync(IReadOnlyDictionary<string, string> wanted)
    {
        var missing = Missing(wanted).ToArray();
        if (missing.Length is 0)
            return;
        if (!Environment.IsPrivilegedProcess)
            throw new InvalidOperationException($"not installed: {string.Join(' ', missing)}; run 'apt-get install {string.Join(' ', missing)}' as root, or leave those works out by --only and --with");
        Progress.Say($"installing {string.Join(' ', missing)}");
        // One by one, so that a package that cannot be had takes only its own rows away.
        await AptAsync("update");
        foreach (var package in missing)
            await AptAsync("install", package);
    }

    /// <summary>Those that are not there.</summary>
    public static IEnumerable<string> Missing(IReadOnlyDictionary<string, string> wanted) => wanted.Where(p => !File.Exists(p.Value)).Select(p => p.Key);

    /// <summary>Versions of a package that can be had, newest first.</summary>
    public static async Task<string[]> VersionsAsync(string package)
    {
        var lines = await Command.RunAsync("apt-cache", "madison", package);
        return [.. lines.Split('\n').Select(l => l.Split('|')).Where(f => f.Length > 2).Select(f => f[1].Trim()).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Fetches a package without installing it, and takes one file out of it.</summary>
    /// <param name="package">Its name, or NAME=VERSION.</param>
    /// <param name="file">The file's path in it.</param>
    /// <param name="folder">An empty directory to work in.</param>
    /// <returns>The file; null where the package cannot be had.</returns>
    public static async Task<string?> FetchAsync(string package, string file, string folder)
    {
        try
        {
            _ = await Command.RunAsync(new ProcessStartInfo("apt-get", ["download", "-q", package]) { WorkingDirectory = folder }, null);
            _ = await Command.RunAsync("dpkg-deb", "-x", Directory.GetFiles(folder, "*.deb").Single(), folder);
        }
        catch (InvalidOperationException e)
        {
            Progress.Say($"{package} cannot be had: {e.Message.Split('\n')[0]}");
            return null;
        }

        var path = Path.Combine(folder, file.TrimStart('/'));
        return File.Exists(path) ? path : null;
    }

    private static async Task AptAsync(string verb, params string[] packages)
    {
        var start = new ProcessStartInfo("apt-get", [verb, "-qy", .. verb is "install" ? (string[])["--no-install-recommends"] : [], .. packages]);
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        // The packages' own services are not to start.
        start.Environment["RUNLEVEL"] = "1";
        try
        {
            _ = await Command.RunAsync(start, null);
        }
        catch (InvalidOperationException e)
        {
            Progress.Say($"apt-get {verb} {string.Join(' ', packages)}: {e.Message.Split('\n')[0]}");
        }
    }
}
