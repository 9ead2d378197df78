namespace Sync.Engine.Files;

/// <summary>
/// What tells, without reading it, that a file is still the one that was seen: identity, size, mtime and ctime.
/// Times are nanoseconds since 1970 UTC. <paramref name="FileKey"/> mixes inode number and birth time (where known), so that a
/// reused inode number is another file; it survives renames and exchanges, which change ctime alone.
/// </summary>
public readonly record struct FileStamp(ulong FileKey, long Size, long MtimeNs, long CtimeNs)
{
    /// <summary>Equal but for ctime: what can be asked of a file that was renamed or exchanged in between.</summary>
    public bool SameButCtime(in FileStamp other) =>
        FileKey == other.FileKey && Size == other.Size && MtimeNs == other.MtimeNs;
}
