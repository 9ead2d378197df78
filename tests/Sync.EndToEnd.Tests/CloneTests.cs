using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class CloneTests
{
    [Fact]
    public async Task A_cloned_guest_is_refused_while_the_first_keeps_working()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        await pair.SyncAsync();
        await pair.Guest.StopAsync();
        string data = Directory.CreateDirectory(pair.Temporary("clone.data")).FullName;
        await SavedState.CopyAsync(pair.Guest.DataDirectory, data);
        // In the other machine the directory has the same path; here it must be another: the configuration says where.
        string root = Directory.CreateDirectory(pair.Temporary("clone")).FullName;
        await SavedState.CopyAsync(pair.Guest.Tree.Root, root);
        string config = Path.Combine(data, "config.json");
        File.WriteAllText(config, File.ReadAllText(config).Replace(pair.Guest.Tree.Root, root, StringComparison.Ordinal));
        await using var clone = new TestGuest(data, new TestTree(root));
        await pair.Guest.StartAsync();
        await pair.Guest.StateAsync("in-sync");
        clone.Tree.Put("of-the-clone", "c");
        await clone.StartAsync();
        await Eventually.HoldsAsync(
            async () => (await clone.StatusAsync()).GetProperty("reason").GetString()?.Contains("oin anew", StringComparison.Ordinal) == true,
            () => $"told to join anew\n{clone}",
            TimeSpan.FromSeconds(75));
        (await clone.RunAsync("flush", "--timeout", "5s")).ExpectError(6, "join anew", "copy");
        pair.Host.Tree.Put("a", "2");
        pair.Guest.Tree.Put("b", "1");
        await pair.SyncAndCheckAsync();
        pair.Check("a", "2").Check("b", "1");
        Assert.False(pair.Host.Tree.Has("of-the-clone"));
        // What it is told to do helps.
        string token = await pair.Host.InviteAsync();
        await clone.StopAsync();
        await using var anew = new TestGuest(pair.Temporary("anew.data"), clone.Tree);
        (await anew.JoinAsync(token)).Expect(0);
        await anew.StartAsync();
        await anew.FlushAsync();
        await pair.SyncAndCheckAsync();
        pair.Check("of-the-clone", "c");
    }
}
