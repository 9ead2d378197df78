using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Sync.Engine.Files.Linux;

/// <summary>
/// Removes a tree of our own making or displacing, by descriptor: names are taken as the bytes they are, no link is followed, no mount is entered, and
/// directories that their owner may not change are made so first. What cannot be removed is left, and the first error told.
/// </summary>
internal static unsafe class TreeRemover
{
    private const int BufferSize = 32 * 1024;
    private const int LengthAt = 16;
    private const int TypeAt = 18;
    private const int NameAt = 19;
    private const byte TypeDirectory = 4;
    private const uint OwnerAll = 0x1C0; // 0700

    /// <summary>Removes a name of a directory, with all below it. One that is gone is no error.</summary>
    public static FsError Remove(int parent, byte* name)
    {
        if (LibC.unlinkat(parent, name, 0) == 0) return FsError.None;
        var error = Errno.LastError;
        if (error == FsError.NotFound) return FsError.None;
        if (error is not (FsError.IsDirectory or FsError.Denied)) return error;
        var removed = RemoveDirectory(parent, name);
        return removed == FsError.NotDirectory ? error : removed;
    }

    // Depth costs stack: a path has at most 2,048 names, a frame some hundred bytes beside its buffer on the heap.
    private static FsError RemoveDirectory(int parent, byte* name)
    {
        const int Flags = Abi.ReadOnly | Abi.CloseOnExec;
        if (LibC.unlinkat(parent, name, Abi.AtRemoveDirectory) == 0) return FsError.None;
        if (Errno.LastError == FsError.NotFound) return FsError.None;
        var fd = LibC.openat(parent, name, Flags | Abi.DirectoryOnly | Abi.NoFollow, 0);
        if (fd < 0 && Errno.LastError == FsError.Denied && Open(parent, name)) fd = LibC.openat(parent, name, Flags | Abi.DirectoryOnly | Abi.NoFollow, 0);
        if (fd < 0) return Errno.LastError == FsError.Escapes ? FsError.NotDirectory : Errno.LastError;
        FsError error;
        try
        {
            StatX above, here = default;
            error = DirectoryWalk.StatDescriptor(parent, &above);
            if (error == FsError.None) error = DirectoryWalk.StatDescriptor(fd, &here);
            if (error != FsError.None) return error;
            if (here.MountId != above.MountId) return FsError.CrossDevice;
            if ((here.Mode & OwnerAll) != OwnerAll) _ = Open(parent, name);
            error = RemoveContents(fd);
        }
        finally
        {
            _ = LibC.close(fd);
        }

        return LibC.unlinkat(parent, name, Abi.AtRemoveDirectory) == 0 ? FsError.None : error != FsError.None ? error : Errno.LastError;
    }

    private static FsError RemoveContents(int fd)
    {
        var result = FsError.None;
        var buffer = (byte*)NativeMemory.Alloc(BufferSize);
        try
        {
            while (true)
            {
                var read = LibC.syscall(Abi.Getdents64, fd, (nint)buffer, BufferSize, 0, 0);
                if (read == 0) return result;
                if (read < 0)
                {
                    if (Errno.Interrupted) continue;
                    return result != FsError.None ? result : Errno.LastError;
                }

                for (var at = 0; at < read; at += BinaryPrimitives.ReadUInt16LittleEndian(new ReadOnlySpan<byte>(buffer + at + LengthAt, 2)))
                {
                    var name = buffer + at + NameAt;
                    if (name[0] == '.' && (name[1] == 0 || (name[1] == '.' && name[2] == 0))) continue;
                    var error = buffer[at + TypeAt] == TypeDirectory ? RemoveDirectory(fd, name) : Remove(fd, name);
                    if (result == FsError.None) result = error;
                }
            }
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    private static bool Open(int parent, byte* name)
    {
        var fd = LibC.openat(parent, name, Abi.PathOnly | Abi.DirectoryOnly | Abi.NoFollow | Abi.CloseOnExec, 0);
        if (fd < 0) return false;
        var error = PathOnlyMode.Set(fd, OwnerAll);
        _ = LibC.close(fd);
        return error == FsError.None;
    }
}
