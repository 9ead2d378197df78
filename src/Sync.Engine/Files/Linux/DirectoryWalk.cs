namespace Sync.Engine.Files.Linux;

/// <summary>
/// The way from a root directory down to a name: by descriptor, through no symlink, onto no other mount. One <c>openat2</c> where the
/// kernel has it (5.6) and the path fits; else name by name, which gives the same guarantees, as each step is opened before the next is looked up in it.
/// </summary>
internal sealed unsafe class DirectoryWalk : IDisposable
{
    private const int PathMax = 4096;

    private readonly bool _hasOpenat2;
    private readonly ulong _mountId;

    public DirectoryWalk(FileDescriptor root, ulong mountId, bool forceSteps = false)
    {
        Root = root;
        _mountId = mountId;
        _hasOpenat2 = !forceSteps && ProbeOpenat2();
    }

    public FileDescriptor Root { get; }

    /// <summary>Opens what stands at a path. <paramref name="flags"/> are those of <c>open</c>; the last name is not followed either.</summary>
    public FsError Open(in PathBytes path, int flags, uint mode, out int fd)
    {
        fd = -1;
        if (path.Error != FsError.None)
            return path.Error;
        using var root = new ParentDirectory(Root);
        if (path.IsRoot)
        {
            var dot = stackalloc byte[2] { (byte)'.', 0 };
            return OpenStep(root.Fd, dot, flags, mode, out fd);
        }

        return OpenFrom(root.Fd, path.Start, path.Length, flags, mode, out fd);
    }

    /// <summary>Opens the directory that holds a path's last name; on success the caller disposes it.</summary>
    public FsError OpenParent(in PathBytes path, out ParentDirectory parent)
    {
        parent = default;
        if (path.Error != FsError.None)
            return path.Error;
        if (path.IsRoot)
            return FsError.Invalid;
        if (path.ParentLength == 0)
        {
            parent = new ParentDirectory(Root);
            return FsError.None;
        }

        using var root = new ParentDirectory(Root);
        path.Start[path.ParentLength] = 0;
        var error = OpenFrom(root.Fd, path.Start, path.ParentLength, Abi.PathOnly | Abi.DirectoryOnly, 0, out var fd);
        path.Start[path.ParentLength] = (byte)'/';
        if (error == FsError.None)
            parent = new ParentDirectory(fd);
        return error;
    }

    public void Dispose() => Root.Dispose();

    // A path of PATH_MAX bytes or more is walked in pieces, each cut at the last '/' that fits.
    private FsError OpenFrom(int root, byte* path, int length, int flags, uint mode, out int fd)
    {
        var directory = root;
        fd = -1;
        try
        {
            while (true)
            {
                var rest = new ReadOnlySpan<byte>(path, length);
                var cut = !_hasOpenat2 ? rest.IndexOf((byte)'/')
                    : length < PathMax ? -1
                    : rest[..PathMax].LastIndexOf((byte)'/');
                if (cut < 0)
                    return length >= PathMax ? FsError.NameTooLong : OpenStep(directory, path, flags, mode, out fd);

                path[cut] = 0;
                var error = OpenStep(directory, path, Abi.PathOnly | Abi.DirectoryOnly, 0, out var next);
                path[cut] = (byte)'/';
                if (error != FsError.None)
                    return error;
                if (directory != root)
                    _ = LibC.close(directory);
                directory = next;
                path += cut + 1;
                length -= cut + 1;
            }
        }
        finally
        {
            if (directory != root)
                _ = LibC.close(directory);
        }
    }

    private FsError OpenStep(int directory, byte* path, int flags, uint mode, out int fd)
    {
        // With O_DIRECTORY, O_NOFOLLOW would make a plain ENOTDIR of the ELOOP by which openat2 tells that a symlink was in the way.
        flags |= Abi.CloseOnExec | (_hasOpenat2 && (flags & Abi.DirectoryOnly) != 0 ? 0 : Abi.NoFollow);
        return _hasOpenat2 ? Openat2(directory, path, flags, mode, out fd) : OpenName(directory, path, flags, mode, out fd);
    }

    private static FsError Openat2(int directory, byte* path, int flags, uint mode, out int fd)
    {
        var how = new OpenHow { Flags = (ulong)flags, Mode = mode, Resolve = OpenHow.Confined };
        do
        {
            fd = (int)LibC.syscall(Abi.Openat2, directory, (nint)path, (nint)(&how), sizeof(OpenHow), 0);
        }
        while (fd < 0 && (Errno.Interrupted || Errno.Last == Errno.EAGAIN)); // EAGAIN: a rename somewhere raced with the walk
        return fd < 0 ? Errno.LastError : FsError.None;
    }

    private FsError OpenName(int directory, byte* name, int flags, uint mode, out int fd)
    {
        do
        {
            fd = LibC.openat(directory, name, flags, mode);
        }
        while (fd < 0 && Errno.Interrupted);
        if (fd < 0)
        {
            // O_DIRECTORY|O_NOFOLLOW says ENOTDIR of a symlink where openat2 says ELOOP: one answer for both.
            var error = Errno.LastError;
            return error == FsError.NotDirectory && IsSymlink(directory, name) ? FsError.Escapes : error;
        }

        StatX stat;
        var failed = StatDescriptor(fd, &stat);
        if (failed == FsError.None && stat.MountId != _mountId)
            failed = FsError.CrossDevice;
        if (failed != FsError.None)
        {
            _ = LibC.close(fd);
            fd = -1;
        }

        return failed;
    }

    private static bool IsSymlink(int directory, byte* name)
    {
        StatX stat;
        return StatName(directory, name, &stat) == FsError.None && stat.Kind == Model.EntryKind.Symlink;
    }

    /// <summary><c>lstat</c> of a name.</summary>
    public static FsError StatName(int directory, byte* name, StatX* stat)
    {
        while (LibC.statx(directory, name, Abi.AtSymlinkNoFollow | Abi.AtNoAutomount, StatX.Wanted, stat) != 0)
        {
            if (!Errno.Interrupted)
                return Errno.LastError;
        }

        return FsError.None;
    }

    /// <summary><c>fstat</c>.</summary>
    public static FsError StatDescriptor(int fd, StatX* stat)
    {
        byte empty = 0;
        while (LibC.statx(fd, &empty, Abi.AtEmptyPath | Abi.AtNoAutomount, StatX.Wanted, stat) != 0)
        {
            if (!Errno.Interrupted)
                return Errno.LastError;
        }

        return FsError.None;
    }

    // Old kernels answer ENOSYS, old container sandboxes EPERM.
    private bool ProbeOpenat2()
    {
        using var root = new ParentDirectory(Root);
        var dot = stackalloc byte[2] { (byte)'.', 0 };
        if (Openat2(root.Fd, dot, Abi.PathOnly | Abi.DirectoryOnly | Abi.CloseOnExec, 0, out var fd) != FsError.None)
            return false;
        _ = LibC.close(fd);
        return true;
    }
}
