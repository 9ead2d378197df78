using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class OfflineTests
{
    [Fact]
    public async Task Edits_on_both_sides_meet_after_a_guest_was_down()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1").Put("b", "1").Put("gone", "1").Put("d/x", "1"));
        await pair.SyncAsync();
        await pair.WhileApartAsync(() =>
        {
            pair.Host.Tree.Put("a", "host").Delete("gone").Put("h/new", "h");
            pair.Guest.Tree.Put("b", "guest").Move("d", "d2").Put("g/new", "g");
        });
        await pair.SyncAndCheckAsync();
        pair.Check("a", "host").Check("b", "guest").Check("gone", null).Check("d", null).Check("d2/x", "1").Check("h/new", "h").Check("g/new", "g");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_directory_that_took_the_place_of_another_meanwhile_has_moved_with_all_that_is_in_it(bool onHost)
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a/f", "1").Put("a/in/g", "2").Put("b/x/h", "3"));
        await pair.SyncAsync();
        await pair.Guest.StopAsync();
        await pair.Host.StopAsync();
        (onHost ? pair.Host.Tree : pair.Guest.Tree).Delete("b/x").Move("a", "b/x");
        await pair.Host.StartAsync();
        await pair.Guest.StartAsync();
        await pair.SyncAndCheckAsync();
        pair.Check("b/x/f", "1").Check("b/x/in/g", "2").Check("b/x/h", null).Check("a", null);
    }

    [Fact]
    public async Task A_guest_goes_on_after_its_host_was_down()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        await pair.SyncAsync();
        await pair.Host.StopAsync();
        pair.Guest.Tree.Put("a", "offline");
        pair.Host.Tree.Put("b", "while down");
        await pair.Guest.StateAsync("disconnected");
        (await pair.Guest.RunAsync("flush", "--timeout", "2s")).Expect(5);
        await pair.Host.StartAsync();
        await pair.Guest.StateAsync("syncing", "in-sync");
        await pair.SyncAndCheckAsync();
        pair.Check("a", "offline").Check("b", "while down");
    }

    [Fact]
    public async Task A_host_that_is_down_at_start_is_waited_for()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        await pair.SyncAsync();
        await pair.Guest.StopAsync();
        await pair.Host.StopAsync();
        await pair.Guest.StartAsync();
        await pair.Guest.StateAsync("disconnected");
        await pair.Host.StartAsync();
        await pair.Guest.StateAsync("in-sync");
        await pair.SyncAndCheckAsync();
    }
}
