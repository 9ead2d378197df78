using System.Runtime.InteropServices;

namespace Sync.Protocol.Identities;

/// <summary>Gives a finished file its name, unless that is taken.</summary>
internal static partial class ExclusiveName
{
    private const int EExist = 17;

    /// <summary>False if another file has the name. The draft is gone in either case.</summary>
    /// <exception cref="IOException">It cannot be done.</exception>
    public static bool TryTake(string draft, string path)
    {
        // File.Move without overwriting looks first and renames then on Unix: of two at once, the later would replace the earlier.
        if (!OperatingSystem.IsWindows())
        {
            var error = Link(draft, path) == 0 ? 0 : Marshal.GetLastPInvokeError();
            if (error is 0 or EExist)
            {
                File.Delete(draft);
                return error == 0;
            }

            // RACE: file systems without hard links; two first starts at the same moment could end with one identity replaced.
        }

        try
        {
            File.Move(draft, path, overwrite: false);
            return true;
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(draft);
            return false;
        }
    }

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Link(string existing, string name);
}
