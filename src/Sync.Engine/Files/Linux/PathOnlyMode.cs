using Sync.Engine.Model;

namespace Sync.Engine.Files.Linux;

/// <summary>Sets the permission bits of what an <c>O_PATH</c> descriptor names: no name is looked up, so none can be swapped.</summary>
internal static unsafe class PathOnlyMode
{
    public static FsError Set(int fd, uint mode)
    {
        StatX stat;
        var error = DirectoryWalk.StatDescriptor(fd, &stat);
        if (error != FsError.None)
            return error;
        if (stat.Kind == EntryKind.Symlink)
            return FsError.Unsupported;

        byte empty = 0;
        if (LibC.syscall(Abi.Fchmodat2, fd, (nint)(&empty), (nint)mode, Abi.AtEmptyPath, 0) == 0)
            return FsError.None;

        // Before Linux 6.6, and in sandboxes that do not know the call (EPERM), the descriptor is named through /proc.
        if (Errno.Last is not (Errno.ENOSYS or Errno.EPERM or Errno.EOPNOTSUPP))
            return Errno.LastError;
        var path = stackalloc byte[ProcPath.MaxLength];
        ProcPath.Write(fd, path);
        return LibC.chmod(path, mode) == 0 ? FsError.None : Errno.LastError;
    }
}
