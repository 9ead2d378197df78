using Sync.Engine.Files.Linux;
using Sync.Engine.Files.Portable;

namespace Sync.Engine.Files;

/// <summary>Opens a share's root with what fits this machine.</summary>
public static class FileSystems
{
    /// <summary>Opens a directory as the root of a share, makes its `.sync/` (mode 0700) if it may, and probes its traits.</summary>
    /// <param name="rootPath">An existing directory.</param>
    /// <param name="fs">The file system, on success; the caller disposes it.</param>
    /// <returns><see cref="FsError.Escapes"/> or <see cref="FsError.NotDirectory"/> also where `.sync` is not a directory.</returns>
    public static FsError Open(string rootPath, out IFileSystem? fs)
    {
        if (!OperatingSystem.IsLinux())
        {
            var failed = PortableFileSystem.Open(rootPath, out var portable);
            fs = portable;
            return failed;
        }

        var error = LinuxFileSystem.Open(rootPath, out var linux);
        fs = linux;
        return error;
    }

    /// <summary>Opens a directory only to read what is in it: nothing is made there, and its traits are not probed.</summary>
    /// <param name="rootPath">An existing directory.</param>
    /// <param name="fs">The file system, on success; the caller disposes it.</param>
    public static FsError OpenToRead(string rootPath, out IFileSystem? fs)
    {
        if (!OperatingSystem.IsLinux())
        {
            var failed = PortableFileSystem.OpenToRead(rootPath, out var portable);
            fs = portable;
            return failed;
        }

        var error = LinuxFileSystem.OpenToRead(rootPath, out var linux);
        fs = linux;
        return error;
    }
}
