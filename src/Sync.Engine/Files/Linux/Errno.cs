using System.Runtime.InteropServices;

namespace Sync.Engine.Files.Linux;

/// <summary>The kernel's error numbers, and the one place where they become <see cref="FsError"/>.</summary>
internal static class Errno
{
    public const int EPERM = 1;
    public const int ENOENT = 2;
    public const int EINTR = 4;
    public const int ENXIO = 6;
    public const int EAGAIN = 11;
    public const int EACCES = 13;
    public const int EEXIST = 17;
    public const int EXDEV = 18;
    public const int EINVAL = 22;
    public const int ENOTTY = 25;
    public const int ENOSPC = 28;
    public const int ENOSYS = 38;
    public const int EOPNOTSUPP = 95;

    /// <summary>The last failed call's error number, on this thread.</summary>
    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>The last failed call's error.</summary>
    public static FsError LastError => ToFsError(Last);

    /// <summary>True if the last failed call was only interrupted by a signal, and is to be made again.</summary>
    public static bool Interrupted => Last == EINTR;

    public static FsError ToFsError(int errno) => errno switch
    {
        0 => FsError.None,
        EPERM or EACCES => FsError.Denied,
        ENOENT => FsError.NotFound,
        EEXIST => FsError.Exists,
        EXDEV => FsError.CrossDevice,
        EINVAL or ENXIO => FsError.Invalid,
        ENOSPC or 122 => FsError.NoSpace, // EDQUOT
        16 or 26 or EAGAIN => FsError.Busy, // EBUSY, ETXTBSY
        20 => FsError.NotDirectory,
        21 => FsError.IsDirectory,
        12 or 23 or 24 or 31 => FsError.Limit, // ENOMEM, ENFILE, EMFILE, EMLINK
        30 => FsError.ReadOnly,
        36 => FsError.NameTooLong,
        39 => FsError.NotEmpty,
        40 => FsError.Escapes, // ELOOP: no walk here follows a symlink, so one stands in the way
        84 => FsError.BadName, // EILSEQ
        27 or ENOTTY or ENOSYS or EOPNOTSUPP => FsError.Unsupported, // EFBIG
        _ => FsError.Io, // ESTALE too: a glitch of the network must not read as "not found"
    };
}
