using Sync.Engine.Files.Linux;

namespace Sync.Engine.Files;

/// <summary>Opens a share's root with what fits this machine.</summary>
public static class FileSystems
{
    /// <summary>Opens a directory as the root of a share.</summary>
    /// <param name="rootPath">An existing directory.</param>
    /// <param name="fs">The file system, on success; the caller disposes it.</param>
    public static FsError Open(string rootPath, out IFileSystem? fs)
    {
        var error = LinuxFileSystem.Open(rootPath, out var linux);
        fs = linux;
        return error;
    }
}
