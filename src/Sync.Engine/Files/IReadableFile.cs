namespace Sync.Engine.Files;

/// <summary>An open regular file, for reading. One reader at a time.</summary>
public interface IReadableFile : IDisposable
{
    /// <summary>`fstat` now.</summary>
    FsError Stat(out FileStat stat);

    /// <summary>Reads up to <paramref name="buffer"/>'s length at an offset; <paramref name="read"/> 0 at the end.</summary>
    FsError Read(long offset, Span<byte> buffer, out int read);

    /// <summary>
    /// Reads what will not be wanted again soon: out of the page cache what is there, all else past it, so that it pushes nothing out and needs no
    /// fresh pages. Offset, length and address are multiples of 4 KiB; <paramref name="read"/> is less than asked for only at the end.
    /// </summary>
    FsError ReadOnce(long offset, Span<byte> buffer, out int read);

    /// <summary>The start of the next run of data at or after an offset, or the file's length if only a hole follows.</summary>
    long NextData(long offset);
}
