using System.Buffers;
using System.Runtime.InteropServices;

namespace Sync.Engine.Files.Linux;

/// <summary>Copies a range from one file to another as cheaply as the file system allows: shared blocks, else within the kernel, else by bytes.
/// A hole stays a hole where it lands past the target's end.</summary>
internal static unsafe class RangeCopy
{
    private const nuint CloneRangeRequest = 0x4020940D; // FICLONERANGE
    private const int BufferSize = 256 * 1024;

    [StructLayout(LayoutKind.Sequential)]
    private struct CloneRange
    {
        public long Source;
        public long SourceOffset;
        public long Length;
        public long TargetOffset;
    }

    public static FsError Copy(FileDescriptor source, long sourceOffset, FileDescriptor target, long targetOffset, long length)
    {
        if (sourceOffset < 0 || targetOffset < 0 || length < 0
            || sourceOffset > long.MaxValue - length || targetOffset > long.MaxValue - length)
            return FsError.Invalid;
        if (length == 0 || Clone(source, sourceOffset, target, targetOffset, length))
            return FsError.None;

        var error = OpenFile.Stat(source, out var from);
        if (error == FsError.None && from.Stamp.Size - sourceOffset < length)
            error = FsError.Invalid; // the source has shrunk
        if (error == FsError.None)
            error = OpenFile.Stat(target, out var to) is var failed and not FsError.None
                ? failed
                : CopyRuns(source, sourceOffset, target, targetOffset, length, to.Stamp.Size);
        return error;
    }

    /// <summary>Shares all of a file's blocks with a new file; false where the file system cannot.</summary>
    public static bool TryClone(FileDescriptor source, FileDescriptor target, long length) => length > 0 && Clone(source, 0, target, 0, length);

    private static FsError CopyRuns(FileDescriptor source, long sourceOffset, FileDescriptor target, long targetOffset, long length, long targetSize)
    {
        var end = sourceOffset + length;
        var shift = targetOffset - sourceOffset;
        for (var at = sourceOffset; at < end;)
        {
            // Only past the target's end is a gap known to read as zeros.
            var skip = at + shift >= targetSize ? Math.Min(OpenFile.NextData(source, at), end) : at;
            if (skip > at)
            {
                at = skip;
                continue;
            }

            var run = Math.Min(OpenFile.EndOfData(source, at), end);
            var error = CopyBytes(source, at, target, at + shift, run - at);
            if (error != FsError.None)
                return error;
            at = run;
        }

        // A hole at the end of the range has to count towards the size too.
        var least = targetOffset + length;
        var failed = OpenFile.Stat(target, out var now);
        if (failed != FsError.None || now.Stamp.Size >= least)
            return failed;
        return LibC.ftruncate(target, least) == 0 ? FsError.None : Errno.LastError;
    }

    private static bool Clone(FileDescriptor source, long sourceOffset, FileDescriptor target, long targetOffset, long length)
    {
        using var borrowed = new ParentDirectory(source);
        var range = new CloneRange { Source = borrowed.Fd, SourceOffset = sourceOffset, Length = length, TargetOffset = targetOffset };
        return LibC.ioctl(target, CloneRangeRequest, &range) == 0;
    }

    private static FsError CopyBytes(FileDescriptor source, long from, FileDescriptor target, long to, long length)
    {
        while (length > 0)
        {
            var copied = LibC.copy_file_range(source, &from, target, &to, (nint)Math.Min(length, 1 << 30), 0);
            if (copied > 0)
                length -= copied;
            else if (copied == 0)
                break; // the end, or a file whose size is a fiction: reading tells
            else if (!Errno.Interrupted)
            {
                if (Errno.LastError is FsError.NoSpace or FsError.Io)
                    return Errno.LastError;
                break;
            }
        }

        return length == 0 ? FsError.None : CopyThroughBuffer(source, from, target, to, length);
    }

    private static FsError CopyThroughBuffer(FileDescriptor source, long from, FileDescriptor target, long to, long length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (length > 0)
            {
                var error = OpenFile.Read(source, from, buffer.AsSpan(0, (int)Math.Min(length, buffer.Length)), out var read);
                if (error == FsError.None && read == 0)
                    error = FsError.Invalid;
                if (error == FsError.None)
                    error = OpenFile.Write(target, to, buffer.AsSpan(0, read));
                if (error != FsError.None)
                    return error;
                from += read;
                to += read;
                length -= read;
            }

            return FsError.None;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
