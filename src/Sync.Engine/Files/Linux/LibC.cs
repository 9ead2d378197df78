using System.Runtime.InteropServices;

namespace Sync.Engine.Files.Linux;

/// <summary>The C library's calls, as they are. Only 64-bit Linux is meant: <c>off_t</c>, <c>long</c> and <c>time_t</c> are 64 bits wide.
/// Variadic functions (<c>syscall</c>, <c>fcntl</c>, <c>ioctl</c>) pass their arguments like ordinary ones in the ABIs this runs on.</summary>
internal static unsafe partial class LibC
{
    private const string Lib = "libc";

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial nint syscall(nint number, nint a, nint b, nint c, nint d, nint e);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int openat(int directory, byte* path, int flags, uint mode);

    [LibraryImport(Lib)]
    internal static partial int close(int fd);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int statx(int directory, byte* path, int flags, uint mask, StatX* result);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int fstatfs(int fd, StatFs* result);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int mkdirat(int directory, byte* path, uint mode);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int symlinkat(byte* target, int directory, byte* path);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial nint readlinkat(int directory, byte* path, byte* buffer, nint size);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int linkat(int fromDirectory, byte* from, int toDirectory, byte* to, int flags);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int unlinkat(int directory, byte* path, int flags);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int chmod(byte* path, uint mode);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int fchmod(FileDescriptor fd, uint mode);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int fchown(FileDescriptor fd, uint owner, uint group);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int fchownat(int directory, byte* path, uint owner, uint group, int flags);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int futimens(FileDescriptor fd, TimeSpec* times);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int utimensat(int directory, byte* path, TimeSpec* times, int flags);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial nint pread(FileDescriptor fd, byte* buffer, nint size, long offset);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial nint pwrite(FileDescriptor fd, byte* buffer, nint size, long offset);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial long lseek(FileDescriptor fd, long offset, int whence);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int ftruncate(FileDescriptor fd, long length);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial nint copy_file_range(FileDescriptor source, long* sourceOffset, FileDescriptor target, long* targetOffset, nint size, uint flags);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int sync_file_range(FileDescriptor fd, long offset, long length, uint flags);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int fdatasync(FileDescriptor fd);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int fsync(FileDescriptor fd);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int flock(FileDescriptor fd, int operation);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int syncfs(FileDescriptor fd);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int fcntl(FileDescriptor fd, int command, nint argument);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int ioctl(FileDescriptor fd, nuint request, void* argument);

    [LibraryImport(Lib)]
    internal static partial uint geteuid();

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int inotify_init1(int flags);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int inotify_add_watch(FileDescriptor fd, byte* path, uint mask);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int inotify_rm_watch(FileDescriptor fd, int watch);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int eventfd(uint value, int flags);

    [LibraryImport(Lib)]
    internal static partial int setpriority(int which, int who, int priority);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int poll(PollFd* fds, nuint count, int timeout);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial nint read(FileDescriptor fd, byte* buffer, nint size);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial nint write(FileDescriptor fd, byte* buffer, nint size);

    [LibraryImport(Lib, SetLastError = true)]
    internal static partial int madvise(nuint address, nuint length, int advice);
}
