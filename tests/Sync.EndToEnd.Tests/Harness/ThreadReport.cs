using System.Globalization;
using System.Text;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>What the threads of a process are doing, as the kernel sees it: for one that does not answer.</summary>
internal static class ThreadReport
{
    /// <summary>A line a thread: its name, its state, what it waits for in the kernel, and (for root) by which calls. Empty where the system does not tell.</summary>
    public static string Of(int process)
    {
        string threads = string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/task");
        if (!Directory.Exists(threads))
            return "";
        var report = new StringBuilder();
        foreach (string thread in Directory.GetDirectories(threads))
        {
            string state = Read(thread, "status").Split('\n').FirstOrDefault(line => line.StartsWith("State:", StringComparison.Ordinal)) ?? "";
            string stack = string.Join(" < ", Read(thread, "stack").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]));
            report.Append(CultureInfo.InvariantCulture, $"{Read(thread, "comm").Trim()}: {state.Replace("State:", "", StringComparison.Ordinal).Trim()}, {Read(thread, "wchan")}, call {Read(thread, "syscall").Trim()}; {stack}\n");
        }

        return report.ToString();
    }

    private static string Read(string thread, string file)
    {
        try
        {
            return File.ReadAllText(Path.Combine(thread, file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It has ended, or only root may know.
            return "";
        }
    }
}
