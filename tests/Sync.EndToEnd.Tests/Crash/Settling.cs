using Sync.EndToEnd.Tests.Harness;

namespace Sync.EndToEnd.Tests.Crash;

/// <summary>Waits until both sides say that they are in sync after a restart.</summary>
internal static class Settling
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Flushes from the guest, then from the host, until they are acknowledged.</summary>
    public static async Task RunAsync(TestAgent host, TestAgent guest)
    {
        await FlushAsync(guest, "flush", "--timeout", "30s");
        await FlushAsync(host, "flush", "--all", "--timeout", "30s");
    }

    private static async Task FlushAsync(TestAgent agent, params string[] command)
    {
        CommandResult? last = null;
        await Eventually.HoldsAsync(async () => (last = await agent.RunAsync(command)).ExitCode == 0, () => $"a flush after the restart is acknowledged: {last}", Limit);
    }
}
