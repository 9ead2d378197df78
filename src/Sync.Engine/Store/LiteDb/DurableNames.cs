using System.Runtime.InteropServices;

namespace Sync.Engine.Store.LiteDb;

/// <summary>Makes new names in a directory durable: POSIX promises a file's name only after the directory was synced.</summary>
internal static partial class DurableNames
{
    private const int ReadOnlyDirectory = 0x80000; // O_RDONLY | O_CLOEXEC

    /// <summary>`fsync` of a directory; nothing where there is no such call.</summary>
    public static void Sync(string directory)
    {
        if (!OperatingSystem.IsLinux()) return;
        var fd = open(directory, ReadOnlyDirectory);
        if (fd < 0) throw new IOException($"Cannot open the directory '{directory}' (errno {Marshal.GetLastPInvokeError()}).");
        var failed = fsync(fd) != 0;
        var errno = Marshal.GetLastPInvokeError();
        _ = close(fd);
        if (failed) throw new IOException($"Cannot sync the directory '{directory}' (errno {errno}).");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(int fd);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int fd);
}
