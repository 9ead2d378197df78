namespace Sync.Engine.Files;

/// <summary>Why a file system call did not do what was asked. Races are ordinary here, so these are results, not exceptions.</summary>
public enum FsError
{
    /// <summary>It was done.</summary>
    None = 0,

    /// <summary>No such name, or a directory on the way is gone.</summary>
    NotFound,

    /// <summary>The name is taken.</summary>
    Exists,

    /// <summary>Something on the way, or the thing itself, is not a directory (a symlink swapped in counts here too).</summary>
    NotDirectory,

    /// <summary>A directory where a file was expected.</summary>
    IsDirectory,

    /// <summary>The directory still holds something.</summary>
    NotEmpty,

    /// <summary>Permission denied.</summary>
    Denied,

    /// <summary>Disk or quota full.</summary>
    NoSpace,

    /// <summary>Mounted read-only.</summary>
    ReadOnly,

    /// <summary>The path leads over a symlink or out of the root: refused.</summary>
    Escapes,

    /// <summary>The path crosses a mount point, or source and target are on different file systems.</summary>
    CrossDevice,

    /// <summary>In use.</summary>
    Busy,

    /// <summary>Name or path too long for this file system.</summary>
    NameTooLong,

    /// <summary>The name holds what this file system cannot represent.</summary>
    BadName,

    /// <summary>Too many open files, watches, or similar.</summary>
    Limit,

    /// <summary>The operation is not supported by this file system.</summary>
    Unsupported,

    /// <summary>A rename into its own subtree, or another call that makes no sense for these arguments.</summary>
    Invalid,

    /// <summary>The device failed, or another error without a name of its own.</summary>
    Io,
}
