using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Sync.Engine.Files;

namespace Sync.Shared.Doctor.Checks;

/// <summary>What is found out with two small files of a share's <c>.sync</c>.</summary>
/// <param name="Reflinks">A copy can share its blocks (<c>FICLONE</c>).</param>
/// <param name="Leases">It can be asked whether somebody has a file open for writing (<c>F_SETLEASE</c>).</param>
internal sealed partial record ProbedFile(bool Reflinks, bool Leases)
{
    // linux/fs.h: _IOW(0x94, 9, int).
    private const nuint CloneRequest = 0x40049409;

    public static ProbedFile Look(string root, IFileSystem files)
    {
        var name = ".sync/probe-" + RandomNumberGenerator.GetHexString(16, lowercase: true);
        var (first, second) = (Path.Combine(root, name + "-a"), Path.Combine(root, name + "-b"));
        try
        {
            // Two blocks: the smallest that some file systems share.
            File.WriteAllBytes(first, new byte[8192]);
            return new ProbedFile(OperatingSystem.IsLinux() && CanClone(first, second), files.HasNoWriter(name + "-a") is not null);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Read-only, or full: what cannot be tried cannot be had either.
            return new ProbedFile(Reflinks: false, Leases: false);
        }
        finally
        {
            File.Delete(first);
            File.Delete(second);
        }
    }

    private static bool CanClone(string from, string to)
    {
        using var source = File.OpenHandle(from);
        using var target = File.OpenHandle(to, FileMode.CreateNew, FileAccess.ReadWrite);
        return Ioctl(target, CloneRequest, (nint)source.DangerousGetHandle()) == 0;
    }

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Ioctl(SafeFileHandle target, nuint request, nint source);
}
