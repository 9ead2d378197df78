using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class SafetyTests
{
    [Fact]
    public async Task A_mass_deletion_halts_until_a_person_agrees()
    {
        await using Pair pair = await Pair.StartAsync(before: Many);
        await pair.SyncAsync();
        pair.Guest.Tree.Delete("d");
        await pair.Guest.StateAsync("halted");
        await pair.Guest.FlushAsync(expect: 4);
        pair.Host.Tree.Check("d/299", "299");
        (await pair.Guest.RunAsync("resume", "--force")).Expect(0);
        await pair.SyncAndCheckAsync();
        pair.Check("d", null);
    }

    [Fact]
    public async Task A_slow_mass_deletion_halts_before_all_is_gone_elsewhere()
    {
        await using Pair pair = await Pair.StartAsync(before: Many);
        await pair.SyncAsync();
        bool halted = false;
        for (int i = 0; i < 300 && !halted; i += 10)
        {
            for (int j = i; j < i + 10; j++)
                pair.Guest.Tree.Delete($"d/{j}");
            string last = $"d/{i + 9}";
            await Eventually.HoldsAsync(
                async () => !pair.Host.Tree.Has(last) || (halted = (await pair.Guest.StatusAsync()).GetProperty("state").GetString() == "halted"),
                () => $"neither halted nor {last} gone from the host");
        }

        await pair.Guest.StateAsync("halted");
        pair.Host.Tree.Check("d/299", "299");
        (await pair.Guest.RunAsync("resume", "--force")).Expect(0);
        await pair.SyncAndCheckAsync();
    }

    [Fact]
    public async Task A_move_of_most_entries_is_no_deletion()
    {
        await using Pair pair = await Pair.StartAsync(before: Many);
        await pair.SyncAsync();
        pair.Guest.Tree.Move("d", "elsewhere");
        await pair.SyncAndCheckAsync();
        pair.Check("elsewhere/299", "299");
    }

    [Fact]
    public async Task An_emptied_root_halts()
    {
        await using Pair pair = await Pair.StartAsync(before: Many);
        await pair.SyncAsync();
        await pair.Guest.StopAsync();
        foreach (string path in pair.Guest.Tree.Paths().Where(path => !path.Contains('/', StringComparison.Ordinal)))
            pair.Guest.Tree.Delete(path);
        await pair.Guest.StartAsync();
        await pair.Guest.StateAsync("halted");
        pair.Host.Tree.Check("d/0", "0");
    }

    [Fact]
    public async Task A_missing_root_deletes_nothing_elsewhere()
    {
        await using Pair pair = await Pair.StartAsync(before: Many);
        await pair.SyncAsync();
        await pair.Guest.StopAsync();
        Directory.Move(pair.Guest.Tree.Root, pair.Guest.Tree.Root + ".away");
        await pair.Guest.StartAsync();
        await pair.Guest.StateAsync("halted");
        pair.Host.Tree.Check("d/0", "0");
        Directory.Move(pair.Guest.Tree.Root + ".away", pair.Guest.Tree.Root);
        await pair.Guest.RunAsync("resume");
        await pair.Guest.StateAsync("syncing", "in-sync");
        await pair.SyncAndCheckAsync();
    }

    [Fact]
    public async Task What_another_directory_holds_is_compared_by_content_after_a_forced_resume()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1").Put("d/b", "2"));
        await pair.SyncAsync();
        await pair.Guest.StopAsync();
        Directory.Move(pair.Guest.Tree.Root, pair.Guest.Tree.Root + ".away");
        pair.Guest.Tree.Put("a", "1").Put("own", "3");
        await pair.Guest.StartAsync();
        await pair.Guest.StateAsync("halted");
        // Nothing but force takes another directory for the one that was synced.
        (await pair.Guest.RunAsync("resume")).Expect(0);
        await pair.Guest.StateAsync("halted");
        (await pair.Guest.RunAsync("flush")).ExpectError(4, pair.Guest.Tree.Root, "resume --force");
        pair.Host.Tree.Check("d/b", "2").Check("own", null);
        (await pair.Guest.RunAsync("resume", "--force")).Expect(0);
        await pair.Guest.StateAsync("syncing", "in-sync");
        await pair.SyncAndCheckAsync();
        Assert.Equal(["a", "d", "d/b", "own"], pair.Host.Tree.Paths());
    }

    private static void Many(TestTree tree)
    {
        for (int i = 0; i < 300; i++)
            tree.Put($"d/{i}", $"{i}");
        tree.Put("kept", "k");
    }
}
