using System.Runtime.CompilerServices;
using System.Text;

namespace Sync.Engine.Files.Linux;

/// <summary>
/// One open directory, and what is done to the names in it: each call takes a single name, follows no symlink and looks up no path. For work that goes through a
/// tree directory by directory, where a walk from the root for each file is most of the cost. Calls are safe from any thread until it is disposed.
/// </summary>
[SkipLocalsInit]
internal sealed unsafe class DirectoryHandle : IDisposable
{
    private const int NoReplace = 1;
    private const int Exchange = 2;

    private readonly FileDescriptor _descriptor;
    private readonly int _fd;

    private DirectoryHandle(int fd)
    {
        _descriptor = new FileDescriptor(fd);
        _fd = fd;
    }

    /// <summary>Opens a directory by its path; links on the way are followed, as the user wrote them.</summary>
    public static FsError Open(string path, out DirectoryHandle? directory)
    {
        directory = null;
        if (!Abi.IsSupported) return FsError.Unsupported;
        if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal)) return FsError.BadName;
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0')) return OpenAt(Abi.AtCurrentDirectory, start, 0, out directory);
    }

    /// <summary>Opens a directory in this one.</summary>
    public FsError OpenDirectory(string name, out DirectoryHandle? directory)
    {
        directory = null;
        using var bytes = new PathBytes(name, stackalloc byte[PathBytes.Scratch]);
        return bytes.Error != FsError.None ? bytes.Error : OpenAt(_fd, bytes.Name, Abi.NoFollow, out directory);
    }

    /// <summary>Opens a directory below this one, walking as <see cref="DirectoryWalk"/> does.</summary>
    public FsError OpenBelow(DirectoryWalk walk, string path, out DirectoryHandle? directory) => Open(walk, path, out directory);

    /// <summary>Opens a directory below the root of a walk.</summary>
    public static FsError Open(DirectoryWalk walk, string path, out DirectoryHandle? directory)
    {
        using var bytes = new PathBytes(path, stackalloc byte[PathBytes.Scratch]);
        var error = walk.Open(bytes, Abi.ReadOnly | Abi.DirectoryOnly | Abi.NonBlocking, 0, out var fd);
        directory = error == FsError.None ? new DirectoryHandle(fd) : null;
        return error;
    }

    /// <summary>A walk that begins here, on this directory's mount. It goes with this handle.</summary>
    public FsError BeginWalk(out DirectoryWalk? walk)
    {
        walk = null;
        StatX stat;
        var error = DirectoryWalk.StatDescriptor(_fd, &stat);
        if (error == FsError.None) walk = new DirectoryWalk(_descriptor, stat.MountId);
        return error;
    }

    /// <summary>Its own stat.</summary>
    public FsError Stat(out FileStat stat)
    {
        StatX raw;
        var error = DirectoryWalk.StatDescriptor(_fd, &raw);
        stat = error == FsError.None ? raw.ToFileStat() : default;
        return error;
    }

    /// <summary>`lstat` of a name.</summary>
    public FsError Stat(string name, out FileStat stat)
    {
        stat = default;
        using var bytes = new PathBytes(name, stackalloc byte[PathBytes.Scratch]);
        if (bytes.Error != FsError.None) return bytes.Error;
        StatX raw;
        var error = DirectoryWalk.StatName(_fd, bytes.Name, &raw);
        if (error == FsError.None) stat = raw.ToFileStat();
        return error;
    }

    /// <summary>All names with their stats, in no order. Once for each handle: it reads the directory from where it stands.</summary>
    public FsError List(List<DirectoryItem> items) => DirectoryLister.List(_fd, items);

    /// <summary>Opens a regular file for reading.</summary>
    public FsError OpenRead(string name, out FileDescriptor? file) => OpenFileAt(name, Abi.ReadOnly | Abi.NonBlocking, 0, out file);

    /// <summary>Opens a regular file for writing, to go on with it.</summary>
    public FsError OpenWrite(string name, out FileDescriptor? file) => OpenFileAt(name, Abi.ReadWrite | Abi.NonBlocking, 0, out file);

    /// <summary>Makes a new file; its mode is cut by the umask.</summary>
    public FsError Create(string name, uint mode, out FileDescriptor? file) => OpenFileAt(name, Abi.ReadWrite | Abi.Create | Abi.Exclusive, mode, out file);

    /// <summary>Opens a file, or makes it where there is none.</summary>
    public FsError OpenOrCreate(string name, uint mode, out FileDescriptor? file) => OpenFileAt(name, Abi.ReadWrite | Abi.Create, mode, out file);

    /// <summary>Makes a directory.</summary>
    public FsError MakeDirectory(string name, uint mode)
    {
        using var bytes = new PathBytes(name, stackalloc byte[PathBytes.Scratch]);
        if (bytes.Error != FsError.None) return bytes.Error;
        return LibC.mkdirat(_fd, bytes.Name, mode) == 0 ? FsError.None : AsNameError(Errno.LastError);
    }

    /// <summary>Makes a symbolic link.</summary>
    public FsError MakeSymlink(string name, string target)
    {
        if (target.Length == 0 || target.Contains('\0', StringComparison.Ordinal)) return FsError.BadName;
        using var bytes = new PathBytes(name, stackalloc byte[PathBytes.Scratch]);
        if (bytes.Error != FsError.None) return bytes.Error;
        fixed (byte* start = Encoding.UTF8.GetBytes(target + '\0'))
            return LibC.symlinkat(start, _fd, bytes.Name) == 0 ? FsError.None : AsNameError(Errno.LastError);
    }

    /// <summary>Reads a symbolic link.</summary>
    public FsError ReadLink(string name, out string? target)
    {
        const int Longest = 4096;
        target = null;
        using var bytes = new PathBytes(name, stackalloc byte[PathBytes.Scratch]);
        if (bytes.Error != FsError.None) return bytes.Error;
        var buffer = stackalloc byte[Longest];
        var length = (int)LibC.readlinkat(_fd, bytes.Name, buffer, Longest);
        if (length < 0) return Errno.LastError;
        target = Encoding.UTF8.GetString(buffer, length);
        return FsError.None;
    }

    /// <summary>Gives a file of another directory a second name here: the same inode.</summary>
    public FsError Link(string name, DirectoryHandle from, string existing)
    {
        using var source = new PathBytes(existing, stackalloc byte[PathBytes.Scratch]);
        using var target = new PathBytes(name, stackalloc byte[PathBytes.Scratch]);
        if (source.Error != FsError.None) return source.Error;
        if (target.Error != FsError.None) return target.Error;
        return LibC.linkat(from._fd, source.Name, _fd, target.Name, 0) == 0 ? FsError.None : Errno.LastError;
    }

    /// <summary>Renames a name of this directory to one of another.</summary>
    public FsError Rename(string name, DirectoryHandle to, string newName, RenameMode mode)
    {
        using var source = new PathBytes(name, stackalloc byte[PathBytes.Scratch]);
        using var target = new PathBytes(newName, stackalloc byte[PathBytes.Scratch]);
        if (source.Error != FsError.None) return source.Error;
        if (target.Error != FsError.None) return target.Error;
        var flags = mode switch { RenameMode.NoReplace => NoReplace, RenameMode.Exchange => Exchange, _ => 0 };
        return LibC.syscall(Abi.Renameat2, _fd, (nint)source.Name, to._fd, (nint)target.Name, flags) == 0 ? FsError.None : Errno.LastError;
    }

    /// <summary>Unlinks a name that is no directory.</summary>
    public FsError RemoveFile(string name) => Remove(name, 0);

    /// <summary>Removes an empty directory.</summary>
    public FsError RemoveDirectory(string name) => Remove(name, Abi.AtRemoveDirectory) is var error && error == FsError.Exists ? FsError.NotEmpty : error;

    /// <summary>Removes a name with all that is below it; nothing at another mount.</summary>
    public FsError RemoveAll(string name)
    {
        using var bytes = new PathBytes(name, stackalloc byte[PathBytes.Scratch]);
        return bytes.Error != FsError.None ? bytes.Error : TreeRemover.Remove(_fd, bytes.Name);
    }

    /// <summary>Sets its own permission bits.</summary>
    public FsError SetMode(uint mode) => LibC.fchmod(_descriptor, mode) == 0 ? FsError.None : Errno.LastError;

    /// <summary>Sets its own owner and group.</summary>
    public FsError SetOwner(ulong owner) => LibC.fchown(_descriptor, (uint)(owner >> 32), (uint)owner) == 0 ? FsError.None : Errno.LastError;

    /// <summary>Sets its own mtime.</summary>
    public FsError SetMtime(long mtimeNs)
    {
        var times = stackalloc TimeSpec[2] { TimeSpec.Omit, TimeSpec.FromNanoseconds(mtimeNs) };
        return LibC.futimens(_descriptor, times) == 0 ? FsError.None : Errno.LastError;
    }

    /// <summary>Sets the mtime of a name, of a symlink itself too.</summary>
    public FsError SetMtime(string name, long mtimeNs)
    {
        using var bytes = new PathBytes(name, stackalloc byte[PathBytes.Scratch]);
        if (bytes.Error != FsError.None) return bytes.Error;
        var times = stackalloc TimeSpec[2] { TimeSpec.Omit, TimeSpec.FromNanoseconds(mtimeNs) };
        return LibC.utimensat(_fd, bytes.Name, times, Abi.AtSymlinkNoFollow) == 0 ? FsError.None : Errno.LastError;
    }

    /// <summary>Sets the owner of a name, of a symlink itself too.</summary>
    public FsError SetOwner(string name, ulong owner)
    {
        using var bytes = new PathBytes(name, stackalloc byte[PathBytes.Scratch]);
        if (bytes.Error != FsError.None) return bytes.Error;
        return LibC.fchownat(_fd, bytes.Name, (uint)(owner >> 32), (uint)owner, Abi.AtSymlinkNoFollow) == 0 ? FsError.None : Errno.LastError;
    }

    /// <summary>`fsync`.</summary>
    public FsError Sync() => LibC.fsync(_descriptor) == 0 ? FsError.None : Errno.LastError;

    /// <summary>`syncfs`: all that was done before on this file system survives power loss.</summary>
    public FsError SyncAll()
    {
        while (LibC.syncfs(_descriptor) != 0)
        {
            if (!Errno.Interrupted) return Errno.LastError;
        }

        return FsError.None;
    }

    /// <summary>Free bytes for this user.</summary>
    public FsError Space(out long free)
    {
        free = 0;
        StatFs stat;
        if (LibC.fstatfs(_fd, &stat) != 0) return Errno.LastError;
        var unit = (ulong)(stat.FragmentSize > 0 ? stat.FragmentSize : stat.BlockSize);
        free = (long)Math.Min(stat.AvailableBlocks * unit, long.MaxValue);
        return FsError.None;
    }

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();

    private FsError Remove(string name, int flags)
    {
        using var bytes = new PathBytes(name, stackalloc byte[PathBytes.Scratch]);
        if (bytes.Error != FsError.None) return bytes.Error;
        return LibC.unlinkat(_fd, bytes.Name, flags) == 0 ? FsError.None : Errno.LastError;
    }

    private FsError OpenFileAt(string name, int flags, uint mode, out FileDescriptor? file)
    {
        file = null;
        using var bytes = new PathBytes(name, stackalloc byte[PathBytes.Scratch]);
        if (bytes.Error != FsError.None) return bytes.Error;
        int fd;
        do
        {
            fd = LibC.openat(_fd, bytes.Name, flags | Abi.NoFollow | Abi.CloseOnExec, mode);
        }
        while (fd < 0 && Errno.Interrupted);
        if (fd < 0) return AsNameError(Errno.LastError);
        file = new FileDescriptor(fd);
        return FsError.None;
    }

    private static FsError OpenAt(int parent, byte* path, int flags, out DirectoryHandle? directory)
    {
        var fd = LibC.openat(parent, path, Abi.ReadOnly | Abi.DirectoryOnly | Abi.CloseOnExec | flags, 0);
        directory = fd < 0 ? null : new DirectoryHandle(fd);
        return fd < 0 ? Errno.LastError : FsError.None;
    }

    private static FsError AsNameError(FsError error) => error == FsError.Invalid ? FsError.BadName : error;
}
