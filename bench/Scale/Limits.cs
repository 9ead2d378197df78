using System.Globalization;
using System.Runtime.InteropServices;

namespace Sync.Bench.Scale;

/// <summary>What the kernel allows one user: open files for a thousand guests' connections, inotify watches for a million files' directories.</summary>
internal static partial class Limits
{
    private const int OpenFiles = 7; // RLIMIT_NOFILE
    private const string Watches = "/proc/sys/fs/inotify/max_user_watches";

    /// <summary>Raises the limit on open files for this process and those that it starts.</summary>
    public static void RaiseOpenFiles(ulong wanted)
    {
        var limit = default(Limit);
        if (GetLimit(OpenFiles, ref limit) != 0 || limit.Soft >= wanted)
            return;
        // Beyond the hard limit only the superuser may go.
        var raised = new Limit { Soft = wanted, Hard = Math.Max(limit.Hard, wanted) };
        if (SetLimit(OpenFiles, ref raised) == 0)
        {
            Progress.Say($"open files: raised from {limit.Soft} to {wanted} for this run");
            return;
        }

        raised = limit with { Soft = limit.Hard };
        _ = SetLimit(OpenFiles, ref raised);
        Progress.Say($"open files: {limit.Hard}, and not to be raised to {wanted}: raise 'ulimit -n' if connections fail");
    }

    /// <summary>Raises the number of directories that agents may watch, where this user may; it stays raised until the machine starts again.</summary>
    public static void RaiseWatches(long wanted)
    {
        var allowed = long.Parse(File.ReadAllText(Watches), CultureInfo.InvariantCulture);
        if (allowed >= wanted)
            return;
        try
        {
            File.WriteAllText(Watches, wanted.ToString(CultureInfo.InvariantCulture));
            Progress.Say($"fs.inotify.max_user_watches: raised from {allowed} to {wanted}");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            Progress.Say($"fs.inotify.max_user_watches is {allowed}, and not to be raised to {wanted} ({e.Message}): what is beyond is polled");
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetLimit(int resource, ref Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetLimit(int resource, ref Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private struct Limit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
