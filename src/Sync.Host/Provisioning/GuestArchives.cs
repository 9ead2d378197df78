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

    /// <summary>The archive for a platform, such as linux-x64: its name, and its SHA-256 in lower-case hexadecimal. Of several the last by name.</summary>
    /// <exception cref="CommandFailure">There is none.</exception>
    public static (string Name, string Sha256) Find(DataDirectory data, string platform)
    {
        foreach (var place in Places(data).Where(Directory.Exists))
        {
            if (Directory.GetFiles(place, $"sync-guest-*-{platform}.tar.gz").Order(StringComparer.Ordinal).LastOrDefault() is not { } file) continue;
            using var content = File.OpenRead(file);
            return (Path.GetFileName(file), Convert.ToHexStringLower(SHA256.HashData(content)));
        }

        throw new CommandFailure($"this host has no sync-guest-VERSION-{platform}.tar.gz to offer; put it into {Printable.Text(Places(data)[0])}");
    }
}
