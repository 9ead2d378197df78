#pragma warning disable RS0030 // This is the layer that the ban points to.
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Sync.Engine.Model;

namespace Sync.Engine.Files.Portable;

/// <summary>What System.IO tells about a name. There is no inode, ctime, owner or link count: the key is made of the birth time
/// alone, and ctime is 0.</summary>
internal static class PortableStat
{
    public static FsError Of(string path, out FileStat stat)
    {
        stat = default;
        FileSystemInfo info = new FileInfo(path);
        FileAttributes attributes = 0;
        var error = PortableErrors.Try(() => attributes = File.GetAttributes(path));
        if (error != FsError.None)
            return error;
        var isLink = info.LinkTarget is not null;
        var isDirectory = !isLink && (attributes & FileAttributes.Directory) != 0;
        if (isDirectory)
            info = new DirectoryInfo(path);
        var kind = isLink ? EntryKind.Symlink
            : isDirectory ? EntryKind.Directory
            : (attributes & FileAttributes.Device) != 0 ? EntryKind.Special
            : EntryKind.File;
        FileStat result = default;
        error = PortableErrors.Try(() => result = Read(info, kind));
        stat = result;
        return error;
    }

    /// <summary>Nanoseconds since 1970 of a System.IO time, in its steps of 100 ns.</summary>
    public static long ToNanoseconds(DateTime utc) => (utc - DateTime.UnixEpoch).Ticks * 100;

    /// <summary>The nearest time before, in steps of 100 ns.</summary>
    public static DateTime ToTime(long ns) => DateTime.UnixEpoch.AddTicks((long)Math.Floor(ns / 100m));

    private static FileStat Read(FileSystemInfo info, EntryKind kind)
    {
        var size = kind == EntryKind.File ? ((FileInfo)info).Length : 0;
        var mode = OperatingSystem.IsWindows() ? (kind == EntryKind.Directory ? 0x1EDu : 0x1A4u) : (uint)info.UnixFileMode;
        var birth = ToNanoseconds(info.CreationTimeUtc);
        var key = OperatingSystem.IsLinux() ? 0 : XxHash3.HashToUInt64(MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in birth)));
        return new FileStat(kind, mode & 0xFFF, new FileStamp(key, size, ToNanoseconds(info.LastWriteTimeUtc), 0), 0, 0, 1, (size + 511) / 512);
    }
}
