using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>Every process the tests have started and not yet seen end: none may outlive the run.</summary>
internal static class TestProcesses
{
    private static readonly ConcurrentDictionary<int, Process> Running = new();

    // A run that is itself killed leaves its children to test.sh, which ends those that this file names.
    private static readonly string? List = Environment.GetEnvironmentVariable("SYNC_TEST_PIDS");
    private static readonly Lock ListLock = new();

    static TestProcesses()
    {
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            foreach (Process process in Running.Values)
                Kill(process);
        };
    }

    public static void Add(Process process)
    {
        Running[process.Id] = process;
        if (List is null)
            return;
        lock (ListLock)
            File.AppendAllText(List, process.Id.ToString(CultureInfo.InvariantCulture) + "\n");
    }

    /// <summary>Ends a process, by its own id, if it still runs.</summary>
    public static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
                process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended in between.
        }
    }

    public static void Forget(Process process) => Running.TryRemove(process.Id, out _);
}
