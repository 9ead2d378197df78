using Sync.Engine.Scanning;

namespace Sync.Engine.Files;

/// <summary>
/// A share's root directory, held open, and the only way to touch what is below it. Paths are relative to the root, '/' between names,
/// "" for the root itself; every call walks by directory descriptor, follows no symlink and crosses no mount point.
/// All calls are synchronous and safe from any thread; a call on one path says nothing about the next.
/// The narrow seam that a simulated disk implements too.
/// </summary>
public interface IFileSystem : IDisposable
{
    /// <summary>What this file system can do.</summary>
    FileSystemTraits Traits { get; }

    /// <summary>True while the path by which the root was opened still names the directory held open, on the same device.</summary>
    bool RootIsIntact { get; }

    /// <summary>`lstat`.</summary>
    FsError Stat(string path, out FileStat stat);

    /// <summary>`lstat`. The file key of the directory in which the name was looked for, whatever has come to that one's path since, is <paramref name="directory"/>; 0 where that is not there, or not known.</summary>
    FsError Stat(string path, out FileStat stat, out ulong directory)
    {
        var error = Stat(path, out stat);
        directory = Stat(SharePath.Split(path).Directory, out var parent) == FsError.None ? parent.Stamp.FileKey : 0;
        return error;
    }

    /// <summary>All names in a directory with their stats, appended to <paramref name="items"/>, in no order; "." and ".." left out.
    /// An error may come after some items.</summary>
    FsError List(string path, List<DirectoryItem> items);

    /// <summary>Opens a regular file for reading; never blocks on a FIFO, never changes its atime where that can be avoided.</summary>
    FsError OpenRead(string path, out IReadableFile? file);

    /// <summary>Creates a new file (`O_EXCL`, mode 0600) for writing.</summary>
    FsError Create(string path, out IWritableFile? file);

    /// <summary>Opens a file under `.sync/` again, to go on writing.</summary>
    FsError OpenWrite(string path, out IWritableFile? file);

    /// <summary>Makes a directory.</summary>
    FsError MakeDirectory(string path, uint mode);

    /// <summary>Makes a directory, and looks at it: what was made is <paramref name="made"/>, and, where that can be, nothing else that has come to the path since.</summary>
    FsError MakeDirectory(string path, uint mode, out FileStat made)
    {
        made = default;
        var error = MakeDirectory(path, mode);
        return error == FsError.None ? Stat(path, out made) : error;
    }

    /// <summary>Makes a symbolic link.</summary>
    FsError MakeSymlink(string path, string target);

    /// <summary>Reads a symbolic link; <see cref="FsError.BadName"/> if it is not valid UTF-8.</summary>
    FsError ReadLink(string path, out string? target);

    /// <summary>Renames atomically.</summary>
    FsError Rename(string from, string to, RenameMode mode);

    /// <summary>Renames, then looks at what stands there; what the look finds is <paramref name="placed"/> with <paramref name="looked"/> its error. The file key of the directory that it went into, whatever
    /// has come to that one's path since, is <paramref name="directory"/>; 0 where it cannot be known.</summary>
    FsError Rename(string from, string to, RenameMode mode, out FileStat placed, out FsError looked, out ulong directory)
    {
        (placed, directory) = (default, 0);
        var error = Rename(from, to, mode);
        looked = error == FsError.None ? Stat(to, out placed) : FsError.None;
        return error;
    }

    /// <summary>Unlinks a file, symlink or special file; never a directory.</summary>
    FsError RemoveFile(string path);

    /// <summary>Removes an empty directory.</summary>
    FsError RemoveDirectory(string path);

    /// <summary>Sets permission bits; not of a symlink.</summary>
    FsError SetMode(string path, uint mode);

    /// <summary>Sets owner and group, of a symlink itself too.</summary>
    FsError SetOwner(string path, ulong owner);

    /// <summary>Sets the mtime, of a symlink itself too.</summary>
    FsError SetMtime(string path, long mtimeNs);

    /// <summary>`fdatasync` of a file, or `fsync` of a directory.</summary>
    FsError Sync(string path);

    /// <summary>`syncfs`: everything on this file system that was done before the call survives power loss.</summary>
    FsError SyncAll();

    /// <summary>True if no other process holds the file open for writing (`F_SETLEASE`); null where that cannot be known.</summary>
    bool? HasNoWriter(string path);

    /// <summary>Free bytes for an unprivileged user, and all bytes, of the volume.</summary>
    FsError Space(out long free, out long total);
}
