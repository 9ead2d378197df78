using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Unicode;

namespace Sync.Engine.Files.Linux;

/// <summary>
/// Lists an open directory: <c>getdents64</c> into a pooled buffer, and a <c>statx</c> for each name where it lies in that buffer. The only
/// allocation per entry is its name.
/// </summary>
internal static unsafe class DirectoryLister
{
    private const int BufferSize = 64 * 1024;

    // struct linux_dirent64: u64 inode, i64 offset, u16 record length, u8 type, then the name, ended by NUL.
    private const int LengthAt = 16;
    private const int NameAt = 19;

    [SkipLocalsInit]
    public static FsError List(int fd, List<DirectoryItem> items)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            fixed (byte* start = buffer)
            {
                while (true)
                {
                    var read = LibC.syscall(Abi.Getdents64, fd, (nint)start, buffer.Length, 0, 0);
                    if (read == 0)
                        return FsError.None;
                    if (read < 0)
                    {
                        if (Errno.Interrupted)
                            continue;

                        // ENOENT here says that the directory itself was removed.
                        return Errno.LastError;
                    }

                    for (var at = 0; at < read; at += BinaryPrimitives.ReadUInt16LittleEndian(buffer.AsSpan(at + LengthAt)))
                        Add(fd, start + at + NameAt, items);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    [SkipLocalsInit]
    private static void Add(int fd, byte* name, List<DirectoryItem> items)
    {
        var bytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name);
        if (bytes is [(byte)'.'] or [(byte)'.', (byte)'.'])
            return;

        // NAME_MAX is 255 bytes on nearly every file system; some that come over a network allow more.
        var text = bytes.Length <= 256 ? stackalloc char[256] : new char[bytes.Length];
        var valid = Utf8.ToUtf16(bytes, text, out _, out var length, replaceInvalidSequences: false) == OperationStatus.Done;
        var shown = valid ? new string(text[..length]) : EscapedName.Of(bytes);
        StatX stat;
        var error = DirectoryWalk.StatName(fd, name, &stat);
        items.Add(new DirectoryItem(valid ? shown : null, shown, error == FsError.None ? stat.ToFileStat() : default, error));
    }
}
