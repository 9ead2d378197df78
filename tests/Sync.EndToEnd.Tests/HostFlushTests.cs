using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class HostFlushTests
{
    [Fact]
    public async Task All_guests_have_it_when_the_host_says_so()
    {
        await using Pair pair = await Pair.StartAsync(guests: 2);
        // A guest that is still on its way is away.
        await pair.SyncAsync();
        pair.Host.Tree.Put("a", "1");
        pair.Guests[1].Tree.Put("b", "2");
        (await pair.Host.RunAsync("flush", "--all")).Expect(0);
        pair.Guests[0].Tree.Check("a", "1");
        pair.Guests[1].Tree.Check("a", "1");
        pair.Host.Tree.Check("b", "2");
        // What the last guest has goes to the first too.
        pair.Guests[0].Tree.Check("b", "2");
    }

    [Fact]
    public async Task A_guest_that_is_away_makes_it_fail()
    {
        await using Pair pair = await Pair.StartAsync(guests: 1);
        await pair.SyncAsync();
        string name = await pair.Guest.NameAsync();
        (await pair.Host.RunAsync("flush", "--guest", name)).Expect(0);
        await pair.Guest.StopAsync();
        pair.Host.Tree.Put("a", "1");
        CommandResult flush = await pair.Host.RunAsync("flush", "--all", "--timeout", "3s");
        Assert.NotEqual(0, flush.ExitCode);
        Assert.Contains(name, flush.Output + flush.Error, StringComparison.Ordinal);

        // Also one that has not been here since the host was started.
        await pair.Host.RestartAsync();
        foreach (string[] whom in (string[][])[["--all"], ["--guest", name]])
        {
            flush = await pair.Host.RunAsync(["flush", .. whom, "--timeout", "20s"]);
            flush.Expect(5);
            Assert.Contains(name, flush.Output + flush.Error, StringComparison.Ordinal);
        }
    }
}
