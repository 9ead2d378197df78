using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class PauseTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_pause_holds_changes_back_also_over_a_restart(bool onHost)
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        await pair.SyncAsync();
        TestAgent paused = onHost ? pair.Host : pair.Guest;
        (await paused.RunAsync("pause")).Expect(0);
        await paused.RestartAsync();
        await paused.StateAsync("paused");
        pair.Guest.Tree.Put("a", "2");
        CommandResult flush = await pair.Guest.RunAsync("flush", "--timeout", "5s");
        Assert.NotEqual(0, flush.ExitCode);
        pair.Host.Tree.Check("a", "1");
        (await paused.RunAsync("resume")).Expect(0);
        await pair.Guest.StateAsync("syncing", "in-sync");
        await pair.SyncAndCheckAsync();
        pair.Check("a", "2");
    }
}
