namespace Sync.Engine.Files;

/// <summary>File system errors in words, for people.</summary>
internal static class FsErrorText
{
    /// <summary>What went wrong, as the end of a sentence.</summary>
    public static string InWords(this FsError error) => error switch
    {
        FsError.None => "nothing went wrong",
        FsError.NotFound => "there is no such name, or a directory on the way is gone",
        FsError.Exists => "the name is taken",
        FsError.NotDirectory => "something on the way is not a directory",
        FsError.IsDirectory => "it is a directory",
        FsError.NotEmpty => "the directory there is not empty",
        FsError.Denied => "permission denied",
        FsError.NoSpace => "the disk or the quota is full",
        FsError.ReadOnly => "the file system is mounted read-only",
        FsError.Escapes => "the way there leads over a symbolic link or out of the share, and is not followed",
        FsError.CrossDevice => "it is on another file system",
        FsError.Busy => "it is in use",
        FsError.NameTooLong => "the name is too long for this file system",
        FsError.BadName => "this file system cannot hold the name",
        FsError.Limit => "too many files are open",
        FsError.Unsupported => "this file system cannot do it",
        FsError.Invalid => "it makes no sense there",
        _ => "the device failed",
    };
}
