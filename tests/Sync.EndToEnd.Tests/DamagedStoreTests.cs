using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>A database that was cut, emptied or removed while its agent was stopped: it is built again, and nothing is lost or doubled.</summary>
public sealed class DamagedStoreTests
{
    [Theory]
    [InlineData("*.db", 0.5)]
    [InlineData("*.db", 0.0)]
    [InlineData("*.db", null)]
    [InlineData("journal.db", 0.5)]
    [InlineData("journal.db", null)]
    [InlineData("index.db", 0.5)]
    [InlineData("index.db", null)]
    public async Task On_the_host(string pattern, double? left)
    {
        await using Pair pair = await Pair.StartAsync(guests: 2, before: tree => new TreeMaker(20).Fill(tree, 60));
        await pair.SyncAsync();
        TreeSnapshot before = TreeSnapshot.Of(pair.Host.Tree.Root);
        await pair.Host.StopAsync();
        Damage(pair.Host, pattern, left);
        await pair.Host.StartAsync();
        await pair.SyncAndCheckAsync();
        Assert.Equal("", TreeSnapshot.Diff(before, TreeSnapshot.Of(pair.Host.Tree.Root)));
        Assert.Contains("compared by content", pair.Host.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(0.0)]
    [InlineData(null)]
    public async Task On_a_guest(double? left)
    {
        await using Pair pair = await Pair.StartAsync(before: tree => new TreeMaker(21).Fill(tree, 60));
        await pair.SyncAsync();
        await pair.Guest.StopAsync();
        Damage(pair.Guest, "*.db", left);
        pair.Guest.Tree.Put("added while stopped", "kept");
        pair.Host.Tree.Put("added on the host", "kept");
        await pair.Guest.StartAsync();
        await pair.SyncAndCheckAsync();
        pair.Check("added while stopped", "kept").Check("added on the host", "kept");
        Assert.DoesNotContain(pair.Host.Tree.Paths(), path => path.Contains("(conflict", StringComparison.Ordinal));
        Assert.Contains("compared by content", pair.Guest.ToString(), StringComparison.Ordinal);
    }

    /// <summary>Leaves a part of each database; with null, none.</summary>
    private static void Damage(TestAgent agent, string pattern, double? left)
    {
        string[] files = [.. Directory.EnumerateFiles(agent.DataDirectory, pattern, SearchOption.AllDirectories)];
        Assert.NotEmpty(files);
        foreach (string path in files)
        {
            if (left is not { } part)
            {
                File.Delete(path);
                continue;
            }

            using FileStream file = File.OpenWrite(path);
            file.SetLength((long)(file.Length * part));
        }
    }
}
