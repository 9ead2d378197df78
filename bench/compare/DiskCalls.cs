using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Sync.Bench.Compare;

/// <summary>Calls of the system that .NET has no method for.</summary>
internal static partial class DiskCalls
{
    private const int AtCurrentDirectory = -100;
    private const int NoFollow = 0x100;
    private const int BasicStats = 0x7FF;
    private const uint NoReplace = 1;
    private const uint Exchange = 2;

    /// <summary>A file's status; a symlink's own.</summary>
    /// <exception cref="Win32Exception">It is not there.</exception>
    public static FileStatus Status(string path) =>
        StatX(AtCurrentDirectory, path, NoFollow, BasicStats, out var status) is 0 ? status : throw Failed(path);

    /// <summary>Swaps two names in one step, so that nothing is deleted and neither is ever missing.</summary>
    public static void Swap(string one, string other) => Rename(one, other, Exchange);

    /// <summary>Gives a file or link a name that is free. Unlike <see cref="File.Move(string, string)"/>, it takes links whose target is missing or a directory.</summary>
    public static void Move(string from, string to) => Rename(from, to, NoReplace);

    /// <summary>Writes all back that this path's file system holds in memory.</summary>
    public static void SyncFileSystem(string path)
    {
        var descriptor = Open(path, 0);
        if (descriptor < 0)
            throw Failed(path);
        var result = SyncFs(descriptor);
        _ = Close(descriptor);
        if (result is not 0)
            throw Failed(path);
    }

    private static void Rename(string from, string to, uint flags)
    {
        if (RenameAt2(AtCurrentDirectory, from, AtCurrentDirectory, to, flags) is not 0)
            throw Failed(from);
    }

    private static Win32Exception Failed(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        return new Win32Exception(error, $"{path}: {Marshal.GetPInvokeErrorMessage(error)}");
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StatX(int directory, string path, int flags, uint mask, out FileStatus status);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int RenameAt2(int fromDirectory, string from, int toDirectory, string to, uint flags);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SyncFs(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
