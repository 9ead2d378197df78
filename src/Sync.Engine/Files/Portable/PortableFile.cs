#pragma warning disable RS0030 // This is the layer that the ban points to.
using Microsoft.Win32.SafeHandles;

namespace Sync.Engine.Files.Portable;

/// <summary>An open file, through System.IO; reading and writing.</summary>
internal sealed class PortableFile(SafeFileHandle handle, string path) : IReadableFile, IWritableFile
{
    private const int CopyBuffer = 128 * 1024;

    public FsError Stat(out FileStat stat) => PortableStat.Of(path, out stat);

    public FsError Read(long offset, Span<byte> buffer, out int read)
    {
        read = 0;
        try
        {
            while (read < buffer.Length && RandomAccess.Read(handle, buffer[read..], offset + read) is var got and > 0)
                read += got;
            return FsError.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return PortableErrors.Of(e);
        }
    }

    public long NextData(long offset) => offset;

    public FsError Write(long offset, ReadOnlySpan<byte> data)
    {
        try
        {
            RandomAccess.Write(handle, data, offset);
            return FsError.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return PortableErrors.Of(e);
        }
    }

    public FsError CopyFrom(IReadableFile source, long sourceOffset, long offset, long length)
    {
        var buffer = new byte[Math.Min(length, CopyBuffer)];
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

    public FsError SetLength(long length) => PortableErrors.Try(() => RandomAccess.SetLength(handle, length));

    public FsError SetMeta(uint mode, ulong? owner, long mtimeNs) => PortableErrors.Try(() =>
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(handle, (UnixFileMode)mode);
        File.SetLastWriteTimeUtc(handle, PortableStat.ToTime(mtimeNs));
    });

    public bool TrySetDirect(bool direct) => false;

    public FsError ReadOnce(long offset, Span<byte> buffer, out int read) => Read(offset, buffer, out read);

    public void BeginWriteBack()
    {
    }

    public FsError WriteBack() => Sync();

    public FsError Sync() => PortableErrors.Try(() => RandomAccess.FlushToDisk(handle));

    public void Dispose() => handle.Dispose();
}
