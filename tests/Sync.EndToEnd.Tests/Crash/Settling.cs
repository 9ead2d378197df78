using System.Diagnostics;
using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>Waits until both sides say that they are in sync after a restart.</summary>
internal static class Settling
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    /// <summary>As long as what is lacking may still come.</summary>
    private static readonly TimeSpan MayCome = TimeSpan.FromSeconds(10);

    /// <summary>Flushes from the guest, then from the host, until they are acknowledged.</summary>
    /// <returns>Whether no path was left out.</returns>
    public static async Task<bool> RunAsync(TestAgent host, TestAgent guest)
    {
        bool isWhole = await FlushAsync(guest, "flush", "--timeout", "30s");
        return await FlushAsync(host, "flush", "--all", "--timeout", "30s") && isWhole;
    }

    private static async Task<bool> FlushAsync(TestAgent agent, params string[] command)
    {
        CommandResult? last = null;
        var clock = Stopwatch.StartNew();
        await Eventually.HoldsAsync(
            async () =>
            {
                last = await agent.RunAsync(command);
                return last.ExitCode == 0 || (last.ExitCode == 1 && clock.Elapsed > MayCome && LacksCopiesOnly(last));
            },
            () => $"a flush after the restart is acknowledged: {last}",
            Limit);
        return last!.ExitCode == 0;
    }

    /// <summary>Whether all that is not in sync are copies of a conflict that were overwritten by their own program before they were copied: that is listed, and no edit
    /// is lost by it.</summary>
    private static bool LacksCopiesOnly(CommandResult result) =>
        result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.Contains(": problems after ", StringComparison.Ordinal))
            .All(line => line.StartsWith(Pair.Share, StringComparison.Ordinal) && line.Contains($": {SharedWriter.Directory}/", StringComparison.Ordinal) && line.Contains(" (conflict host ", StringComparison.Ordinal) && line.EndsWith("[unavailable]", StringComparison.Ordinal));
}
