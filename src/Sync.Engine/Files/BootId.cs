#pragma warning disable RS0030 // The kernel's own file, outside of any share.
using System.Globalization;

namespace Sync.Engine.Files;

/// <summary>One running of the machine, from its start to its end: what was written in it, and not synced, can be read in it.</summary>
internal static class BootId
{
    private const string Path = "/proc/sys/kernel/random/boot_id";

    /// <summary>A random number that changes with each start of the machine; null where the system does not tell.</summary>
    public static UInt128? Read()
    {
        if (!OperatingSystem.IsLinux() || !File.Exists(Path)) return null;
        return Guid.TryParse(File.ReadAllText(Path), CultureInfo.InvariantCulture, out var id) ? new UInt128(BitConverter.ToUInt64(id.ToByteArray(), 0), BitConverter.ToUInt64(id.ToByteArray(), 8)) : null;
    }
}
