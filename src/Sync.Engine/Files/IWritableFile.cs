namespace Sync.Engine.Files;

/// <summary>A new file under `.sync/`, open for writing. One writer.</summary>
public interface IWritableFile : IDisposable
{
    /// <summary>Writes all of <paramref name="data"/> at an offset. Gaps are holes.</summary>
    FsError Write(long offset, ReadOnlySpan<byte> data);

    /// <summary>Reads back what was written: a staged file is also the basis of its own resume.</summary>
    FsError Read(long offset, Span<byte> buffer, out int read);

    /// <summary>Copies a range of another file, by reflink where the file system can, else by bytes.</summary>
    FsError CopyFrom(IReadableFile source, long sourceOffset, long offset, long length);

    /// <summary>Sets the length; growing leaves a hole.</summary>
    FsError SetLength(long length);

    /// <summary>Sets permission bits, owner (if given) and mtime, last of all.</summary>
    FsError SetMeta(uint mode, ulong? owner, long mtimeNs);

    /// <summary>
    /// Lets reads and writes pass the page cache (`O_DIRECT`) from now on, or no longer. While they do, offset, length and address of each must be
    /// multiples of 4 KiB, and a file system may still refuse them with <see cref="FsError.Invalid"/>. False where that cannot be set.
    /// </summary>
    bool TrySetDirect(bool direct);

    /// <summary>Starts write-back without waiting, so that a later <see cref="WriteBack"/> finds it done.</summary>
    void BeginWriteBack();

    /// <summary>Returns when the bytes are on the device, so that a rename cannot put a torn file in place after a power cut
    /// (`sync_file_range` wait-write-wait on ext4, else `fdatasync`).</summary>
    FsError WriteBack();

    /// <summary>`fdatasync`: bytes and size survive power loss.</summary>
    FsError Sync();

    /// <summary>`fstat` now.</summary>
    FsError Stat(out FileStat stat);
}
