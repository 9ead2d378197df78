using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Sync.Bench;

/// <summary>Ends a process that this program started, by its id, and no other.</summary>
internal static partial class ProcessEnd
{
    private const int SigTerm = 15;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Ends it as a service manager would, returns when it is gone, and disposes of it.</summary>
    public static async Task OfAsync(Process process)
    {
        using (process)
        {
            if (process.HasExited)
                return;
            _ = Kill(process.Id, SigTerm);
            using var patience = new CancellationTokenSource(Patience);
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync($"process {process.Id} did not end {Patience.TotalSeconds} s after SIGTERM");
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Kill(int process, int signal);
}
