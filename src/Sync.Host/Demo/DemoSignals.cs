using System.Runtime.InteropServices;

namespace Sync.Host.Demo;

/// <summary>SIGTERM, which the class library has no call for.</summary>
internal static partial class DemoSignals
{
    private const int SigTerm = 15;

    public static int Terminate(int process) => Kill(process, SigTerm);

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
