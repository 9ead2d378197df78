using Microsoft.Win32.SafeHandles;
using Sync.Engine.Files.Linux;

namespace Sync.Engine.Files;

/// <summary>
/// The right of one replica to a directory: a lock (`flock`) on its `.sync/`, which the kernel takes back when the process ends, however it ends.
/// Two agents on one directory would take each other's staging for left-overs. Where the file system or the machine has no such lock, everybody
/// gets one.
/// </summary>
public sealed class DirectoryClaim : IDisposable
{
    private const int Shared = 1;
    private const int Exclusive = 2;
    private const int NotBlocking = 4;

    private readonly SafeHandleMinusOneIsInvalid? _directory;

    private DirectoryClaim(SafeHandleMinusOneIsInvalid? directory) => _directory = directory;

    /// <summary>Takes it; null if another replica, of this process or another, has it.</summary>
    /// <param name="root">A directory with a `.sync/`.</param>
    public static DirectoryClaim? TryTake(string root) => TryLock(root, Exclusive, out var claim) ? claim : null;

    /// <summary>Whether a running replica has that directory. Wrong for a moment at most, when one is just starting or ending.</summary>
    public static bool IsTaken(string root)
    {
        // Shared, so that two that look at once do not see each other.
        if (!TryLock(root, Shared, out var claim)) return true;
        claim.Dispose();
        return false;
    }

    /// <inheritdoc/>
    public void Dispose() => _directory?.Dispose();

    private static unsafe bool TryLock(string root, int kind, out DirectoryClaim claim)
    {
        claim = new DirectoryClaim(null);
        if (!Abi.IsSupported) return true;
        var path = System.Text.Encoding.UTF8.GetBytes(Path.Join(root, PrivateDirectory.Name) + '\0');
        int fd;
        fixed (byte* start = path)
            fd = LibC.openat(Abi.AtCurrentDirectory, start, Abi.ReadOnly | Abi.DirectoryOnly | Abi.NoFollow | Abi.CloseOnExec, 0);
        if (fd < 0) return true;
        var directory = new FileDescriptor(fd);
        while (LibC.flock(directory, kind | NotBlocking) != 0)
        {
            if (Errno.Interrupted) continue;
            var isTaken = Errno.Last == Errno.EAGAIN;
            directory.Dispose();
            return !isTaken;
        }

        claim = new DirectoryClaim(directory);
        return true;
    }
}
