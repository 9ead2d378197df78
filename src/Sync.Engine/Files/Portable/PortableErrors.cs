namespace Sync.Engine.Files.Portable;

/// <summary>Turns the exceptions of System.IO into <see cref="FsError"/>, in one place.</summary>
internal static class PortableErrors
{
    private const int WindowsSharingViolation = unchecked((int)0x80070020);
    private const int WindowsDiskFull = unchecked((int)0x80070070);
    private const int WindowsFileExists = unchecked((int)0x80070050);
    private const int WindowsAlreadyExists = unchecked((int)0x800700B7);
    private const int WindowsNotEmpty = unchecked((int)0x80070091);

    /// <summary>Does it, and tells what went wrong.</summary>
    public static FsError Try(Action action)
    {
        try
        {
            action();
            return FsError.None;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            return Of(e);
        }
    }

    public static FsError Of(Exception e) => e switch
    {
        FileNotFoundException or DirectoryNotFoundException => FsError.NotFound,
        PathTooLongException => FsError.NameTooLong,
        UnauthorizedAccessException => FsError.Denied,
        NotSupportedException => FsError.Unsupported,
        _ when !OperatingSystem.IsWindows() => OfErrno(e.HResult),
        _ => e.HResult switch
        {
            WindowsSharingViolation => FsError.Busy,
            WindowsDiskFull => FsError.NoSpace,
            WindowsFileExists or WindowsAlreadyExists => FsError.Exists,
            WindowsNotEmpty => FsError.NotEmpty,
            _ => FsError.Io,
        },
    };

    // On Unix the HResult of an IOException is errno. These are the same on Linux, macOS and BSD, but for "not empty".
    private static FsError OfErrno(int errno) => errno switch
    {
        2 => FsError.NotFound,
        16 => FsError.Busy,
        17 => FsError.Exists,
        18 => FsError.CrossDevice,
        20 => FsError.NotDirectory,
        21 => FsError.IsDirectory,
        22 => FsError.Invalid,
        28 => FsError.NoSpace,
        30 => FsError.ReadOnly,
        39 or 66 => FsError.NotEmpty,
        _ => FsError.Io,
    };
}
