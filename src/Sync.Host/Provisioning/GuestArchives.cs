using System.Security.Cryptography;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Host.Provisioning;

/// <summary>The guest's archives that this host offers by HTTPS: those in its data directory before those installed with it.</summary>
internal static class GuestArchives
{
    /// <summary>Where they are looked for, the first first.</summary>
    public static IReadOnlyList<string> Places(DataDirectory data)
    {
        var program = Environment.ProcessPath is { } path ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : AppContext.BaseDirectory;
        return [Path.Join(data.Path, "packages"), Path.Join(Path.GetDirectoryName(program), "packages")];
    }

    /// <summary>Those that a recipe's script runs on.</summary>
    public static IReadOnlyList<string> Platforms { get; } = ["linux-x64", "linux-arm64", "linux-musl-x64"];

    /// <summary>The archive for a platform: its name, and its SHA-256 in lower-case hexadecimal. Of several that of the newest version.</summary>
    /// <exception cref="CommandFailure">There is none.</exception>
    public static (string Name, string Sha256) Find(DataDirectory data, string platform)
    {
        foreach (var place in Places(data).Where(Directory.Exists))
        {
            var found = Directory.GetFiles(place, $"sync-guest-*-{platform}.tar.gz");
            if (found.OrderBy(file => VersionOf(file, platform)).ThenBy(file => file, StringComparer.Ordinal).LastOrDefault() is not { } file) continue;
            using var content = File.OpenRead(file);
            return (Path.GetFileName(file), Convert.ToHexStringLower(SHA256.HashData(content)));
        }

        throw new CommandFailure($"this host has no sync-guest-VERSION-{platform}.tar.gz to offer; put it into {Printable.Text(Places(data)[0])}");
    }

    private static Version VersionOf(string file, string platform) =>
        Version.TryParse(Path.GetFileName(file)["sync-guest-".Length..^$"-{platform}.tar.gz".Length], out var version) ? version : new Version(0, 0);
}
