namespace Sync.Engine.Files.Linux;

/// <summary>What readable and writable files have in common, on their descriptor.</summary>
internal static unsafe class OpenFile
{
    private const int SeekData = 3;
    private const int SeekHole = 4;

    public static FsError Stat(FileDescriptor fd, out FileStat stat)
    {
        using var borrowed = new ParentDirectory(fd);
        StatX raw;
        var error = DirectoryWalk.StatDescriptor(borrowed.Fd, &raw);
        stat = error == FsError.None ? raw.ToFileStat() : default;
        return error;
    }

    public static FsError Read(FileDescriptor fd, long offset, Span<byte> buffer, out int read)
    {
        read = 0;
        fixed (byte* start = buffer)
        {
            while (read < buffer.Length)
            {
                var got = LibC.pread(fd, start + read, buffer.Length - read, offset + read);
                if (got == 0)
                    break;
                if (got > 0)
                    read += (int)got;
                else if (!Errno.Interrupted)
                    return Errno.LastError;
            }
        }

        return FsError.None;
    }

    public static FsError Write(FileDescriptor fd, long offset, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            for (var written = 0; written < data.Length;)
            {
                var put = LibC.pwrite(fd, start + written, data.Length - written, offset + written);
                if (put >= 0)
                    written += (int)put;
                else if (!Errno.Interrupted)
                    return Errno.LastError;
            }
        }

        return FsError.None;
    }

    public static long NextData(FileDescriptor fd, long offset)
    {
        var data = LibC.lseek(fd, offset, SeekData);
        if (data >= 0)
            return data;
        if (Errno.Last != Errno.ENXIO)
            return offset; // the file system knows no holes: all is data
        return Stat(fd, out var stat) == FsError.None ? stat.Stamp.Size : offset;
    }

    /// <summary>The end of the run of data that an offset lies in.</summary>
    public static long EndOfData(FileDescriptor fd, long offset)
    {
        var end = LibC.lseek(fd, offset, SeekHole);
        return end > offset ? end : long.MaxValue;
    }
}
