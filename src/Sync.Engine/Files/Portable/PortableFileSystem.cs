#pragma warning disable RS0030 // This is the layer that the ban points to.
using System.Globalization;
using Sync.Engine.Model;
using Sync.Engine.Names;

namespace Sync.Engine.Files.Portable;

/// <summary>
/// A directory through System.IO, for systems without a descriptor layer of their own here. Weaker than the Linux one, knowingly:
/// a symlink put on the way between the look and the call is followed; names cannot be exchanged, so a replacement is checked before
/// and not after; a rename without replacing looks first; there is no inode, ctime or owner; a directory cannot be synced.
/// For directories that only their owner writes to.
/// </summary>
internal sealed class PortableFileSystem : IFileSystem
{
    private readonly DateTime _born;

    private PortableFileSystem(string root, FileSystemTraits traits)
    {
        RootPath = root;
        Traits = traits;
        _born = Directory.GetCreationTimeUtc(root);
    }

    /// <summary>The root's absolute path.</summary>
    public string RootPath { get; }

    /// <inheritdoc/>
    public FileSystemTraits Traits { get; private set; }

    /// <inheritdoc/>
    public bool RootIsIntact => Directory.Exists(RootPath) && (OperatingSystem.IsLinux() || Directory.GetCreationTimeUtc(RootPath) == _born);

    /// <summary>Opens a root directory and makes its `.sync/`.</summary>
    public static FsError Open(string rootPath, out PortableFileSystem? fs)
    {
        var error = OpenToRead(rootPath, out var opened);
        fs = null;
        if (error != FsError.None)
            return error;
        error = opened!.PreparePrivateDirectory();
        if (error != FsError.None)
            return error;
        opened.Probe();
        fs = opened;
        return FsError.None;
    }

    /// <inheritdoc cref="FileSystems.OpenToRead"/>
    public static FsError OpenToRead(string rootPath, out PortableFileSystem? fs)
    {
        fs = null;
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(rootPath));
        if (!Directory.Exists(root))
            return File.Exists(root) ? FsError.NotDirectory : FsError.NotFound;
        fs = new PortableFileSystem(root, new FileSystemTraits
        {
            Name = "portable",
            Device = 0,
            CanExchange = false,
            FoldsCase = false,
            HasSymlinks = !OperatingSystem.IsWindows(),
            HasModes = !OperatingSystem.IsWindows(),
            HasLinkTimes = false,
            Names = OperatingSystem.IsWindows() ? NameRules.Windows : OperatingSystem.IsMacOS() ? NameRules.Mac : NameRules.Unix,
            MtimeGrainNs = 100,
            NeedsPolling = false,
        });
        return FsError.None;
    }

    /// <inheritdoc/>
    public FsError Stat(string path, out FileStat stat)
    {
        stat = default;
        var error = PortablePath.Resolve(RootPath, path, out var full);
        return error == FsError.None ? PortableStat.Of(full, out stat) : error;
    }

    /// <inheritdoc/>
    public FsError List(string path, List<DirectoryItem> items)
    {
        var error = Expect(path, EntryKind.Directory, out var full);
        return error != FsError.None ? error : PortableErrors.Try(() =>
        {
            foreach (var child in Directory.EnumerateFileSystemEntries(full))
            {
                var name = Path.GetFileName(child);
                var failed = PortableStat.Of(child, out var stat);

                // System.IO shows bytes that are not UTF-8 as U+FFFD: such a name leads nowhere.
                var valid = !(failed == FsError.NotFound && name.Contains('\uFFFD', StringComparison.Ordinal));
                items.Add(new DirectoryItem(valid ? name : null, name, stat, failed));
            }
        });
    }

    /// <inheritdoc/>
    public FsError OpenRead(string path, out IReadableFile? file)
    {
        PortableFile? opened = null;
        var error = Expect(path, EntryKind.File, out var full);
        if (error == FsError.None)
            error = PortableErrors.Try(() => opened = new PortableFile(File.OpenHandle(full, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), full));
        file = opened;
        return error;
    }

    /// <inheritdoc/>
    public FsError Create(string path, out IWritableFile? file) => OpenForWriting(path, FileMode.CreateNew, out file);

    /// <inheritdoc/>
    public FsError OpenWrite(string path, out IWritableFile? file)
    {
        file = null;
        return !PrivateDirectory.Holds(path) ? FsError.Invalid
            : Expect(path, EntryKind.File, out _) is var error and not FsError.None ? error
            : OpenForWriting(path, FileMode.Open, out file);
    }

    /// <inheritdoc/>
    public FsError MakeDirectory(string path, uint mode)
    {
        var error = ExpectFree(path, out var full);
        return error != FsError.None ? error : PortableErrors.Try(() =>
        {
            Directory.CreateDirectory(full);
            SetUnixMode(full, mode);
        });
    }

    /// <inheritdoc/>
    public FsError MakeSymlink(string path, string target)
    {
        var error = ExpectFree(path, out var full);
        return error != FsError.None ? error : PortableErrors.Try(() => File.CreateSymbolicLink(full, target));
    }

    /// <inheritdoc/>
    public FsError ReadLink(string path, out string? target)
    {
        target = null;
        var error = PortablePath.Resolve(RootPath, path, out var full);
        if (error == FsError.None)
            error = PortableStat.Of(full, out _);
        if (error == FsError.None)
            target = new FileInfo(full).LinkTarget;
        return error != FsError.None ? error
            : target is null ? FsError.Invalid
            : target.Contains('\uFFFD', StringComparison.Ordinal) ? FsError.BadName
            : FsError.None;
    }

    /// <inheritdoc/>
    public FsError Rename(string from, string to, RenameMode mode)
    {
        if (mode == RenameMode.Exchange)
            return FsError.Unsupported;
        if (from.Length == 0 || to.Length == 0)
            return FsError.Invalid;
        var error = PortablePath.Resolve(RootPath, from, out var source);
        if (error == FsError.None)
            error = PortableStat.Of(source, out var stat) is var failed and not FsError.None ? failed
                : mode == RenameMode.NoReplace ? ExpectFree(to, out var target) is var taken and not FsError.None ? taken : Move(source, target, stat.Kind, false)
                : PortablePath.Resolve(RootPath, to, out target) is var bad and not FsError.None ? bad : Move(source, target, stat.Kind, true);
        return error;
    }

    /// <inheritdoc/>
    public FsError RemoveFile(string path)
    {
        if (path.Length == 0)
            return FsError.Invalid;
        var error = PortablePath.Resolve(RootPath, path, out var full);
        if (error == FsError.None)
            error = PortableStat.Of(full, out var stat) is var failed and not FsError.None ? failed
                : stat.Kind == EntryKind.Directory ? FsError.IsDirectory
                : PortableErrors.Try(() => File.Delete(full));
        return error;
    }

    /// <inheritdoc/>
    public FsError RemoveDirectory(string path)
    {
        if (path.Length == 0)
            return FsError.Invalid;
        var error = Expect(path, EntryKind.Directory, out var full);
        return error != FsError.None ? error : PortableErrors.Try(() => Directory.Delete(full, recursive: false));
    }

    /// <inheritdoc/>
    public FsError SetMode(string path, uint mode)
    {
        if (OperatingSystem.IsWindows())
            return FsError.Unsupported;
        var error = PortablePath.Resolve(RootPath, path, out var full);
        if (error == FsError.None)
            error = PortableStat.Of(full, out var stat) is var failed and not FsError.None ? failed
                : stat.Kind == EntryKind.Symlink ? FsError.Unsupported
                : PortableErrors.Try(() => SetUnixMode(full, mode));
        return error;
    }

    /// <inheritdoc/>
    public FsError SetOwner(string path, ulong owner) => FsError.Unsupported;

    /// <inheritdoc/>
    public FsError SetMtime(string path, long mtimeNs)
    {
        var error = Stat(path, out var stat);
        if (error == FsError.None)
            error = PortablePath.Resolve(RootPath, path, out var full) is var failed and not FsError.None ? failed
                : stat.Kind == EntryKind.Symlink ? FsError.Unsupported
                : PortableErrors.Try(() => Directory.SetLastWriteTimeUtc(full, PortableStat.ToTime(mtimeNs)));
        return error;
    }

    /// <inheritdoc/>
    public FsError Sync(string path)
    {
        var error = Stat(path, out var stat);
        if (error != FsError.None || stat.Kind != EntryKind.File)
            return error;
        error = OpenForWriting(path, FileMode.Open, out var file);
        using (file)
            return error == FsError.None ? file!.Sync() : error;
    }

    /// <inheritdoc/>
    public FsError SyncAll() => FsError.None;

    /// <inheritdoc/>
    public bool? HasNoWriter(string path) => null;

    /// <inheritdoc/>
    public FsError Space(out long free, out long total)
    {
        long available = 0, size = 0;
        var error = PortableErrors.Try(() =>
        {
            var drive = new DriveInfo(RootPath);
            (available, size) = (drive.AvailableFreeSpace, drive.TotalSize);
        });
        (free, total) = (available, size);
        return error;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static void SetUnixMode(string path, uint mode)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (UnixFileMode)mode);
    }

    private static FsError Move(string source, string target, EntryKind kind, bool replace) => PortableErrors.Try(() =>
    {
        if (kind == EntryKind.Directory)
            Directory.Move(source, target);
        else
            File.Move(source, target, replace);
    });

    private FsError OpenForWriting(string path, FileMode mode, out IWritableFile? file)
    {
        PortableFile? opened = null;
        var error = mode == FileMode.CreateNew ? ExpectFree(path, out var full) : PortablePath.Resolve(RootPath, path, out full);
        if (error == FsError.None)
            error = PortableErrors.Try(() => opened = new PortableFile(File.OpenHandle(full, mode, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete), full));
        file = opened;
        return error;
    }

    private FsError Expect(string path, EntryKind kind, out string full)
    {
        var error = PortablePath.Resolve(RootPath, path, out full);
        if (error != FsError.None)
            return error;
        error = PortableStat.Of(full, out var stat);
        return error != FsError.None || stat.Kind == kind ? error
            : stat.Kind == EntryKind.Symlink ? FsError.Escapes
            : kind == EntryKind.Directory ? FsError.NotDirectory
            : stat.Kind == EntryKind.Directory ? FsError.IsDirectory
            : FsError.Invalid;
    }

    private FsError ExpectFree(string path, out string full)
    {
        var error = PortablePath.Resolve(RootPath, path, out full);
        return error != FsError.None ? error
            : PortableStat.Of(full, out _) is var found && found == FsError.NotFound ? FsError.None
            : found == FsError.None ? FsError.Exists
            : found;
    }

    private FsError PreparePrivateDirectory()
    {
        var error = MakeDirectory(PrivateDirectory.Name, PrivateDirectory.Mode);
        if (error is FsError.Denied or FsError.ReadOnly)
            return FsError.None;
        return error == FsError.Exists ? Expect(PrivateDirectory.Name, EntryKind.Directory, out _) : error;
    }

    private void Probe()
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{PrivateDirectory.Name}/probe-{Guid.NewGuid():N}");
        if (Create(name, out var file) != FsError.None)
            return;
        file!.Dispose();
        Traits = Traits with { FoldsCase = Stat(name.Replace("probe", "PROBE", StringComparison.Ordinal), out _) == FsError.None };
        _ = RemoveFile(name);
        if (Create(name + "\u00e9", out file) != FsError.None)
            return;
        file!.Dispose();
        Traits = Traits with { FoldsForms = Stat(name + "e\u0301", out _) == FsError.None };
        _ = RemoveFile(name + "\u00e9");
    }
}
