using System.Runtime.CompilerServices;
using Sync.Engine.Model;

namespace Sync.Engine.Files.Linux;

/// <summary>
/// A directory of Linux, through descriptors alone. The parent of a name is opened anew for each call: parents kept open would have to be
/// dropped whenever a directory moves, and save next to nothing (a whole <c>Stat</c> by path takes 4 µs; making, filling and placing a small file 160).
/// </summary>
[SkipLocalsInit]
internal sealed unsafe class LinuxFileSystem : IFileSystem
{
    private const int NoReplace = 1;
    private const int Exchange = 2;
    private const int MaxLinkTarget = 4096;

    private readonly DirectoryWalk _walk;
    private readonly byte[] _rootPath;
    private readonly StatX _root;
    private readonly WriteBackKind _writeBack;

    private LinuxFileSystem(DirectoryWalk walk, byte[] rootPath, in StatX root, in KnownFileSystem known, FileSystemTraits traits)
    {
        _walk = walk;
        _rootPath = rootPath;
        _root = root;
        _writeBack = known.WriteBack;
        Traits = traits;
    }

    /// <inheritdoc/>
    public FileSystemTraits Traits { get; private set; }

    /// <inheritdoc/>
    public bool RootIsIntact
    {
        get
        {
            // The one look at a path string: does it still lead to what is held open? The root itself may be named through a symlink.
            fixed (byte* path = _rootPath)
            {
                StatX now;
                return LibC.statx(Abi.AtCurrentDirectory, path, 0, StatX.Wanted, &now) == 0
                    && now.Device == _root.Device && now.Inode == _root.Inode && now.MountId == _root.MountId;
            }
        }
    }

    /// <summary>Opens a root directory, makes its `.sync/` where that can be, and probes what the file system can do.
    /// Refused if `.sync` is anything but a directory of ours on the same mount.</summary>
    /// <param name="rootPath">An existing directory.</param>
    /// <param name="fs">The file system, on success.</param>
    public static FsError Open(string rootPath, out LinuxFileSystem? fs) => Open(rootPath, forceSteps: false, out fs);

    /// <inheritdoc cref="FileSystems.OpenToRead"/>
    public static FsError OpenToRead(string rootPath, out LinuxFileSystem? fs) => Open(rootPath, forceSteps: false, toRead: true, out fs);

    /// <summary>For tests: <paramref name="forceSteps"/> walks as on a kernel without <c>openat2</c>.</summary>
    internal static FsError Open(string rootPath, bool forceSteps, out LinuxFileSystem? fs) => Open(rootPath, forceSteps, toRead: false, out fs);

    private static FsError Open(string rootPath, bool forceSteps, bool toRead, out LinuxFileSystem? fs)
    {
        fs = null;
        if (!Abi.IsSupported)
            return FsError.Unsupported;
        if (rootPath.Length == 0 || rootPath.Contains('\0', StringComparison.Ordinal))
            return FsError.BadName;
        var path = System.Text.Encoding.UTF8.GetBytes(Path.GetFullPath(rootPath) + '\0');
        FileDescriptor descriptor;
        fixed (byte* start = path)
        {
            var fd = LibC.openat(Abi.AtCurrentDirectory, start, Abi.ReadOnly | Abi.DirectoryOnly | Abi.CloseOnExec, 0);
            if (fd < 0)
                return Errno.LastError;
            descriptor = new FileDescriptor(fd);
        }

        var error = Open(descriptor, path, forceSteps, toRead, out fs);
        if (error != FsError.None)
        {
            fs = null;
            descriptor.Dispose();
        }

        return error;
    }

    /// <inheritdoc/>
    public FsError Stat(string path, out FileStat stat)
    {
        stat = default;
        StatX raw;
        FsError error;
        if (path.Length == 0)
        {
            using var root = new ParentDirectory(_walk.Root);
            error = DirectoryWalk.StatDescriptor(root.Fd, &raw);
        }
        else
        {
            using var bytes = new PathBytes(path, stackalloc byte[PathBytes.Scratch]);
            error = _walk.OpenParent(bytes, out var parent);
            if (error != FsError.None)
                return error;
            using (parent)
                error = DirectoryWalk.StatName(parent.Fd, bytes.Name, &raw);
        }

        if (error == FsError.None)
            stat = raw.ToFileStat();
        return error;
    }

    /// <inheritdoc/>
    public FsError Stat(string path, out FileStat stat, out ulong directory)
    {
        (stat, directory) = (default, 0);
        using var bytes = new PathBytes(path, stackalloc byte[PathBytes.Scratch]);
        var error = _walk.OpenParent(bytes, out var parent);
        if (error != FsError.None) return error;
        using (parent)
        {
            StatX raw;
            if (DirectoryWalk.StatDescriptor(parent.Fd, &raw) == FsError.None) directory = raw.ToFileStat().Stamp.FileKey;
            error = DirectoryWalk.StatName(parent.Fd, bytes.Name, &raw);
            if (error == FsError.None) stat = raw.ToFileStat();
            return error;
        }
    }

    /// <inheritdoc/>
    public FsError List(string path, List<DirectoryItem> items)
    {
        var error = Open(path, Abi.ReadOnly | Abi.DirectoryOnly | Abi.NonBlocking, 0, out var fd);
        if (error != FsError.None)
            return error;
        try
        {
            return DirectoryLister.List(fd, items);
        }
        finally
        {
            _ = LibC.close(fd);
        }
    }

    /// <inheritdoc/>
    public FsError OpenRead(string path, out IReadableFile? file)
    {
        var error = OpenRegular(path, Abi.ReadOnly, out var descriptor);
        file = descriptor is null ? null : new LinuxReadableFile(descriptor);
        return error;
    }

    /// <inheritdoc/>
    public FsError Create(string path, out IWritableFile? file)
    {
        var error = Open(path, Abi.ReadWrite | Abi.Create | Abi.Exclusive, 0x180, out var fd);
        file = error == FsError.None ? new LinuxWritableFile(new FileDescriptor(fd), _writeBack) : null;
        return AsNameError(error);
    }

    /// <inheritdoc/>
    public FsError OpenWrite(string path, out IWritableFile? file)
    {
        file = null;
        if (!PrivateDirectory.Holds(path))
            return FsError.Invalid;
        var error = OpenRegular(path, Abi.ReadWrite, out var descriptor);
        if (descriptor is not null)
            file = new LinuxWritableFile(descriptor, _writeBack);
        return error;
    }

    /// <inheritdoc/>
    public FsError MakeDirectory(string path, uint mode) => MakeDirectory(path, mode, out _);

    /// <inheritdoc/>
    public FsError MakeDirectory(string path, uint mode, out FileStat made)
    {
        made = default;
        using var bytes = new PathBytes(path, stackalloc byte[PathBytes.Scratch]);
        var error = _walk.OpenParent(bytes, out var parent);
        if (error != FsError.None)
            return path.Length == 0 ? FsError.Exists : error;
        using (parent)
        {
            // Closed to others until its mode is set; the mode is set apart, because the umask has a say in mkdir.
            if (LibC.mkdirat(parent.Fd, bytes.Name, mode & 0x1C0) != 0)
                return AsNameError(Errno.LastError);
            var fd = LibC.openat(parent.Fd, bytes.Name, Abi.PathOnly | Abi.DirectoryOnly | Abi.NoFollow | Abi.CloseOnExec, 0);
            if (fd < 0) return Errno.LastError;
            error = PathOnlyMode.Set(fd, mode);
            StatX raw = default;
            if (error == FsError.None) error = DirectoryWalk.StatDescriptor(fd, &raw);
            if (error == FsError.None) made = raw.ToFileStat();
            _ = LibC.close(fd);
            return error;
        }
    }

    /// <inheritdoc/>
    public FsError MakeSymlink(string path, string target)
    {
        if (target.Length == 0 || target.Length >= MaxLinkTarget)
            return target.Length == 0 ? FsError.Invalid : FsError.NameTooLong;
        using var bytes = new PathBytes(path, stackalloc byte[PathBytes.Scratch]);
        Span<byte> text = stackalloc byte[(MaxLinkTarget * 3) + 1];
        if (System.Text.Unicode.Utf8.FromUtf16(target, text, out _, out var length, replaceInvalidSequences: false) != System.Buffers.OperationStatus.Done
            || text[..length].Contains((byte)0))
            return FsError.BadName;
        text[length] = 0;
        var error = _walk.OpenParent(bytes, out var parent);
        if (error != FsError.None)
            return path.Length == 0 ? FsError.Exists : error;
        using (parent)
        {
            fixed (byte* start = text)
                return LibC.symlinkat(start, parent.Fd, bytes.Name) == 0 ? FsError.None : AsNameError(Errno.LastError);
        }
    }

    /// <inheritdoc/>
    public FsError ReadLink(string path, out string? target)
    {
        target = null;
        using var bytes = new PathBytes(path, stackalloc byte[PathBytes.Scratch]);
        var error = _walk.OpenParent(bytes, out var parent);
        if (error != FsError.None)
            return error;
        using (parent)
        {
            var buffer = stackalloc byte[MaxLinkTarget];
            var length = (int)LibC.readlinkat(parent.Fd, bytes.Name, buffer, MaxLinkTarget);
            if (length < 0)
                return Errno.LastError;
            if (length == MaxLinkTarget)
                return FsError.NameTooLong;
            var text = new ReadOnlySpan<byte>(buffer, length);
            if (!System.Text.Unicode.Utf8.IsValid(text))
                return FsError.BadName;
            target = System.Text.Encoding.UTF8.GetString(text);
            return FsError.None;
        }
    }

    /// <inheritdoc/>
    public FsError Rename(string from, string to, RenameMode mode) => Rename(from, to, mode, null, null, out _);

    /// <inheritdoc/>
    public FsError Rename(string from, string to, RenameMode mode, out FileStat placed, out FsError looked, out ulong directory)
    {
        StatX raw;
        StatX into = default;
        var error = Rename(from, to, mode, &raw, &into, out looked);
        placed = error == FsError.None && looked == FsError.None ? raw.ToFileStat() : default;
        directory = into.Inode == 0 ? 0 : into.ToFileStat().Stamp.FileKey;
        return error;
    }

    private FsError Rename(string from, string to, RenameMode mode, StatX* placed, StatX* into, out FsError looked)
    {
        looked = FsError.None;
        using var source = new PathBytes(from, stackalloc byte[PathBytes.Scratch]);
        using var target = new PathBytes(to, stackalloc byte[PathBytes.Scratch]);
        var error = _walk.OpenParent(source, out var sourceParent);
        if (error != FsError.None)
            return error;
        using (sourceParent)
        {
            error = _walk.OpenParent(target, out var targetParent);
            if (error != FsError.None)
                return error;
            using (targetParent)
            {
                var flags = mode switch { RenameMode.NoReplace => NoReplace, RenameMode.Exchange => Exchange, _ => 0 };
                var isDone = LibC.syscall(Abi.Renameat2, sourceParent.Fd, (nint)source.Name, targetParent.Fd, (nint)target.Name, flags) == 0;
                if (!isDone)
                {
                    // A file system without the flags says EINVAL too.
                    error = Errno.LastError;
                    if (error != FsError.Invalid || flags == 0 || Traits.CanExchange) return error;
                    if (mode == RenameMode.Exchange) return FsError.Unsupported;
                    // RACE: what is put there between the look and the rename is replaced.
                    if (Stat(to, out _) is var found and not FsError.NotFound) return found == FsError.None ? FsError.Exists : found;
                    if (LibC.syscall(Abi.Renameat2, sourceParent.Fd, (nint)source.Name, targetParent.Fd, (nint)target.Name, 0) != 0) return Errno.LastError;
                }

                if (placed is not null) looked = DirectoryWalk.StatName(targetParent.Fd, target.Name, placed);
                // What fails leaves it at 0.
                if (into is not null) _ = DirectoryWalk.StatDescriptor(targetParent.Fd, into);
                return FsError.None;
            }
        }
    }

    /// <inheritdoc/>
    public FsError RemoveFile(string path) => Remove(path, 0);

    /// <inheritdoc/>
    public FsError RemoveDirectory(string path) =>
        Remove(path, Abi.AtRemoveDirectory) is var error && error == FsError.Exists ? FsError.NotEmpty : error;

    /// <inheritdoc/>
    public FsError SetMode(string path, uint mode)
    {
        var error = Open(path, Abi.PathOnly, 0, out var fd);
        return error == FsError.None ? SetModeAndClose(fd, mode) : error;
    }

    /// <inheritdoc/>
    public FsError SetOwner(string path, ulong owner)
    {
        var error = Open(path, Abi.PathOnly, 0, out var fd);
        if (error != FsError.None)
            return error;
        byte empty = 0;
        if (LibC.fchownat(fd, &empty, (uint)(owner >> 32), (uint)owner, Abi.AtEmptyPath | Abi.AtSymlinkNoFollow) != 0)
            error = Errno.LastError;
        _ = LibC.close(fd);
        return error;
    }

    /// <inheritdoc/>
    public FsError SetMtime(string path, long mtimeNs)
    {
        // By name, not by an O_PATH descriptor: utimensat takes an empty path only since Linux 5.8.
        var times = stackalloc TimeSpec[2] { TimeSpec.Omit, TimeSpec.FromNanoseconds(mtimeNs) };
        using var bytes = new PathBytes(path.Length == 0 ? PrivateDirectory.Name : path, stackalloc byte[PathBytes.Scratch]);
        var error = _walk.OpenParent(bytes, out var parent);
        if (error != FsError.None)
            return error;
        using (parent)
        {
            var dot = stackalloc byte[2] { (byte)'.', 0 };
            var name = path.Length == 0 ? dot : bytes.Name;
            return LibC.utimensat(parent.Fd, name, times, Abi.AtSymlinkNoFollow) == 0 ? FsError.None : Errno.LastError;
        }
    }

    /// <inheritdoc/>
    public FsError Sync(string path)
    {
        var error = Open(path, Abi.ReadOnly | Abi.NonBlocking, 0, out var fd);
        if (error != FsError.None)
            return error;
        using var descriptor = new FileDescriptor(fd);
        error = OpenFile.Stat(descriptor, out var stat);
        if (error != FsError.None)
            return error;
        var isDirectory = stat.Kind == EntryKind.Directory;
        while ((isDirectory ? LibC.fsync(descriptor) : LibC.fdatasync(descriptor)) != 0)
        {
            if (!Errno.Interrupted)
                return Errno.LastError;
        }

        return FsError.None;
    }

    /// <inheritdoc/>
    public FsError SyncAll()
    {
        while (LibC.syncfs(_walk.Root) != 0)
        {
            if (!Errno.Interrupted)
                return Errno.LastError;
        }

        return FsError.None;
    }

    /// <inheritdoc/>
    public bool? HasNoWriter(string path)
    {
        if (OpenRegular(path, Abi.ReadOnly, out var descriptor) != FsError.None)
            return null;
        using (descriptor)
            return WriterLease.NoneWrites(descriptor!);
    }

    /// <inheritdoc/>
    public FsError Space(out long free, out long total)
    {
        free = total = 0;
        using var root = new ParentDirectory(_walk.Root);
        StatFs stat;
        if (LibC.fstatfs(root.Fd, &stat) != 0)
            return Errno.LastError;
        var unit = (ulong)(stat.FragmentSize > 0 ? stat.FragmentSize : stat.BlockSize);
        free = (long)Math.Min(stat.AvailableBlocks * unit, long.MaxValue);
        total = (long)Math.Min(stat.Blocks * unit, long.MaxValue);
        return FsError.None;
    }

    /// <summary>An <c>O_PATH</c> descriptor of a directory, for the watcher to name by number; the caller owns it.</summary>
    internal FsError OpenDirectory(string path, out int fd) => Open(path, Abi.PathOnly | Abi.DirectoryOnly, 0, out fd);

    /// <summary>A directory, held open for work that goes on in it; the caller disposes it.</summary>
    internal FsError OpenHandle(string path, out DirectoryHandle? directory) => DirectoryHandle.Open(_walk, path, out directory);

    /// <inheritdoc/>
    public void Dispose() => _walk.Dispose();

    private static FsError Open(FileDescriptor descriptor, byte[] path, bool forceSteps, bool toRead, out LinuxFileSystem? fs)
    {
        fs = null;
        using var borrowed = new ParentDirectory(descriptor);
        StatX root;
        StatFs volume;
        var error = DirectoryWalk.StatDescriptor(borrowed.Fd, &root);
        if (error != FsError.None)
            return error;
        if (LibC.fstatfs(borrowed.Fd, &volume) != 0)
            return Errno.LastError;

        // The volume's own id where it has one: device numbers are given anew at each boot.
        var device = volume.FileSystemId != 0 ? volume.FileSystemId : root.Device;
        var known = KnownFileSystem.Of(volume.Type, onBlockDevice: root.DeviceMajor != 0);
        var traits = TraitsProbe.Unprobed(known, device);
        fs = new LinuxFileSystem(new DirectoryWalk(descriptor, root.MountId, forceSteps), path, root, known, traits);
        if (toRead)
            return FsError.None;
        error = fs.PreparePrivateDirectory(out var writable);
        if (error == FsError.None && writable)
            fs.Traits = TraitsProbe.Probe(fs, traits);
        return error;
    }

    // A share that may not be written to can still be sent from: only a `.sync` that is not what it should be is refused.
    private FsError PreparePrivateDirectory(out bool writable)
    {
        writable = false;
        var error = MakeDirectory(PrivateDirectory.Name, PrivateDirectory.Mode);
        if (error is FsError.Denied or FsError.ReadOnly && Stat(PrivateDirectory.Name, out _) == FsError.NotFound)
            return FsError.None;
        if (error is not (FsError.None or FsError.Exists or FsError.Denied or FsError.ReadOnly))
            return error;

        var opened = OpenDirectory(PrivateDirectory.Name, out var fd);
        if (opened != FsError.None)
            return opened;
        StatX stat;
        opened = DirectoryWalk.StatDescriptor(fd, &stat);
        var ours = opened == FsError.None && (stat.Uid == LibC.geteuid() || LibC.geteuid() == 0);
        if (!ours || (stat.Mode & 0xFFF) == PrivateDirectory.Mode || error == FsError.ReadOnly)
            _ = LibC.close(fd);
        else
            opened = SetModeAndClose(fd, PrivateDirectory.Mode);
        writable = ours && error != FsError.ReadOnly;
        return opened != FsError.None ? opened : ours ? FsError.None : FsError.Denied;
    }

    private FsError Open(string path, int flags, uint mode, out int fd)
    {
        using var bytes = new PathBytes(path, stackalloc byte[PathBytes.Scratch]);
        return _walk.Open(bytes, flags, mode, out fd);
    }

    // O_NONBLOCK so that a FIFO put there in between does not hold us up; it has no meaning for a regular file.
    private FsError OpenRegular(string path, int access, out FileDescriptor? descriptor)
    {
        descriptor = null;
        var error = Open(path, access | Abi.NonBlocking | Abi.NoAtime, 0, out var fd);
        if (error == FsError.Denied)
            error = Open(path, access | Abi.NonBlocking, 0, out fd); // O_NOATIME is for the file's owner only
        if (error != FsError.None)
            return error;
        StatX stat;
        error = DirectoryWalk.StatDescriptor(fd, &stat);
        if (error == FsError.None && stat.Kind != EntryKind.File)
            error = stat.Kind == EntryKind.Directory ? FsError.IsDirectory : FsError.Invalid;
        if (error == FsError.None)
            descriptor = new FileDescriptor(fd);
        else
            _ = LibC.close(fd);
        return error;
    }

    private FsError Remove(string path, int flags)
    {
        using var bytes = new PathBytes(path, stackalloc byte[PathBytes.Scratch]);
        var error = _walk.OpenParent(bytes, out var parent);
        if (error != FsError.None)
            return error;
        using (parent)
            return LibC.unlinkat(parent.Fd, bytes.Name, flags) == 0 ? FsError.None : Errno.LastError;
    }

    private static FsError SetModeAndClose(int fd, uint mode)
    {
        var error = PathOnlyMode.Set(fd, mode);
        _ = LibC.close(fd);
        return error;
    }

    // vfat and its kin say EINVAL of a name they cannot hold.
    private static FsError AsNameError(FsError error) => error == FsError.Invalid ? FsError.BadName : error;
}
