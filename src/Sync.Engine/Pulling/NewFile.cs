using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>Gives a written file what its entry says, last of all its mtime: a file of a tree under way that has its mtime was verified.</summary>
internal static unsafe class NewFile
{
    /// <summary>Sets owner (<paramref name="usual"/> where the entry has none), mtime and, where it is another, mode; and looks at the file.</summary>
    public static FsError Finish(FileDescriptor file, in PulledEntry entry, ulong? usual, out FileStat stat)
    {
        stat = default;
        // The owner first: changing it clears the set-id bits.
        if ((entry.Owner ?? usual) is { } owner && LibC.fchown(file, (uint)(owner >> 32), (uint)owner) != 0) return Errno.LastError;
        var times = stackalloc TimeSpec[2] { TimeSpec.Omit, TimeSpec.FromNanoseconds(entry.MtimeNs) };
        if (LibC.futimens(file, times) != 0) return Errno.LastError;
        var error = OpenFile.Stat(file, out stat);
        // The umask, or a directory's default rights, have cut it: nearly never.
        if (error != FsError.None || stat.Mode == entry.Mode) return error;
        return LibC.fchmod(file, entry.Mode) != 0 ? Errno.LastError : OpenFile.Stat(file, out stat);
    }
}
