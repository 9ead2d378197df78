using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>Commands as the processes that a user starts; elsewhere most run in the tests' own process.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task A_share_is_added_joined_flushed_and_left()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0, before: tree => tree.Put("a", "1"));
        TestGuest guest = pair.NewGuest();
        pair.Host.CommandsAreProcesses = guest.CommandsAreProcesses = true;
        (await guest.JoinAsync(await pair.Host.InviteAsync())).Expect(0);
        await guest.StartAsync();
        await pair.SyncAndCheckAsync();
        Assert.Equal("in-sync", (await guest.StatusAsync()).GetProperty("state").GetString());
        (await pair.Host.RunAsync("flush", "--all")).Expect(0);
        (await guest.RunAsync("leave", guest.Tree.Root)).Expect(0);
        guest.Tree.Check("a", "1");
    }

    [Fact]
    public async Task A_failure_is_an_exit_code_and_a_line_on_stderr()
    {
        await using Pair pair = await Pair.StartAsync(guests: 0);
        (await pair.Host.RunProcessAsync("nonsense")).ExpectLine(2, "nonsense");
        (await pair.Host.RunProcessAsync("flush", "--share", "nope")).ExpectLine(1, "nope");
        await pair.Host.StopAsync();
        (await pair.Host.RunProcessAsync("status")).ExpectLine(1, "sync-host serve");
    }
}
