using System.Buffers;

namespace Sync.Engine.Files.Linux;

/// <summary>A file under `.sync/`, open for writing.</summary>
internal sealed unsafe class LinuxWritableFile(FileDescriptor fd, WriteBackKind writeBack) : IWritableFile
{
    private const uint PlainBits = 0x1FF; // 0777
    private const uint WaitBefore = 1;
    private const uint StartWrite = 2;
    private const uint WaitAfter = 4;

    public FsError Write(long offset, ReadOnlySpan<byte> data) => OpenFile.Write(fd, offset, data);

    public FsError Read(long offset, Span<byte> buffer, out int read) => OpenFile.Read(fd, offset, buffer, out read);

    public FsError Stat(out FileStat stat) => OpenFile.Stat(fd, out stat);

    public FsError CopyFrom(IReadableFile source, long sourceOffset, long offset, long length) => source is LinuxReadableFile file
        ? RangeCopy.Copy(file.Descriptor, sourceOffset, fd, offset, length)
        : CopyForeign(source, sourceOffset, offset, length);

    public FsError SetLength(long length) => Result(LibC.ftruncate(fd, length));

    public FsError SetMeta(uint mode, ulong? owner, long mtimeNs)
    {
        // The owner first: changing it clears the set-id bits.
        if (owner is { } who && LibC.fchown(fd, (uint)(who >> 32), (uint)who) != 0)
            return Errno.LastError;
        // Some file systems that keep no modes refuse the set-id and sticky bits (exfat-fuse). Where modes are kept, what is wanting is seen.
        if (LibC.fchmod(fd, mode) != 0 && ((mode & PlainBits) == mode || LibC.fchmod(fd, mode & PlainBits) != 0))
            return Errno.LastError;
        var times = stackalloc TimeSpec[2] { TimeSpec.Omit, TimeSpec.FromNanoseconds(mtimeNs) };
        return Result(LibC.futimens(fd, times));
    }

    // It has been opened without any other flag that can be set later.
    public bool TrySetDirect(bool direct) => Abi.Direct != 0 && LibC.fcntl(fd, Abi.SetStatusFlags, direct ? Abi.Direct : 0) == 0;

    public void BeginWriteBack()
    {
        // A hint: where it fails, WriteBack does all of the work and reports.
        if (writeBack != WriteBackKind.None)
            _ = LibC.sync_file_range(fd, 0, 0, StartWrite);
    }

    public FsError WriteBack()
    {
        if (writeBack == WriteBackKind.None)
            return FsError.None;
        if (writeBack == WriteBackKind.DataSync)
            return Sync();
        while (LibC.sync_file_range(fd, 0, 0, WaitBefore | StartWrite | WaitAfter) != 0)
        {
            if (!Errno.Interrupted)
                return Errno.LastError is FsError.Unsupported or FsError.Invalid ? Sync() : Errno.LastError;
        }

        return FsError.None;
    }

    public FsError Sync()
    {
        while (LibC.fdatasync(fd) != 0)
        {
            if (!Errno.Interrupted)
                return Errno.LastError;
        }

        return FsError.None;
    }

    public void Dispose() => fd.Dispose();

    private FsError CopyForeign(IReadableFile source, long sourceOffset, long offset, long length)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            for (long done = 0; done < length;)
            {
                var error = source.Read(sourceOffset + done, buffer.AsSpan(0, (int)Math.Min(length - done, buffer.Length)), out var read);
                if (error == FsError.None && read == 0)
                    error = FsError.Invalid; // the source has shrunk
                if (error == FsError.None)
                    error = Write(offset + done, buffer.AsSpan(0, read));
                if (error != FsError.None)
                    return error;
                done += read;
            }

            return FsError.None;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static FsError Result(int returned) => returned == 0 ? FsError.None : Errno.LastError;
}
