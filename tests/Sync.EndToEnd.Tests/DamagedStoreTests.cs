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

    [Fact]
    public async Task What_stands_on_the_host_is_not_asked_of_guests_while_it_is_looked_at_anew()
    {
        await using Pair pair = await Pair.StartAsync(before: tree =>
        {
            var random = new Random(23);
            for (int i = 0; i < 40; i++)
            {
                byte[] bytes = new byte[4 << 20];
                random.NextBytes(bytes);
                tree.Put($"d{i % 4}/long{i}", bytes);
            }
        });
        await pair.SyncAsync();
        await pair.Host.StopAsync();
        Damage(pair.Host, "index.db", null);
        await pair.Host.StartAsync();
        await pair.SyncAndCheckAsync();
        Assert.Equal(0, (await pair.Guest.StatusAsync()).GetProperty("bytesSent").GetInt64());
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

    [Theory]
    [InlineData("journal.db", null, false)]
    [InlineData("journal.db", 0.5, true)]
    [InlineData("journal.db", 0.0, true)]
    public async Task On_the_host_again_and_again_in_a_tree_where_ids_have_gone(string pattern, double? left, bool guestToo)
    {
        await using Pair pair = await Pair.StartAsync(before: tree => new TreeMaker(22).Fill(tree, 20));
        await pair.SyncAsync();
        for (int round = 0; round < 3; round++)
        {
            // Ids that are no longer in use: a journal that begins anew gives them to others.
            for (int i = 0; i < 6; i++)
            {
                pair.Host.Tree.Put($"r{round}/d{i}/f", $"{round} {i}");
                await pair.SyncAsync();
            }

            for (int i = 0; i < 6; i += 2) pair.Host.Tree.Delete($"r{round}/d{i}");
            await pair.SyncAsync();
            if (guestToo) await pair.Guest.StopAsync();
            await pair.Host.StopAsync();
            Damage(pair.Host, pattern, left);
            if (guestToo) Damage(pair.Guest, "*.db", left);
            pair.Host.Tree.Put($"while down {round}", "host");
            pair.Guest.Tree.Put($"away {round}/g", "guest");
            await pair.Host.StartAsync();
            if (guestToo)
            {
                (await pair.Host.RunAsync("flush")).Expect(0);
                await pair.Host.StopAsync();
                await pair.Host.StartAsync();
                await pair.Guest.StartAsync();
            }

            await pair.SyncAndCheckAsync();
            pair.Check($"while down {round}", "host").Check($"away {round}/g", "guest");
            Assert.DoesNotContain(pair.Host.Tree.Paths(), path => path.Contains("(conflict", StringComparison.Ordinal));
            (await pair.Host.RunAsync("verify")).Expect(0);
        }
    }

    [Theory]
    [InlineData("journal.db")]
    [InlineData("index.db")]
    public async Task One_that_cannot_be_opened_is_tried_again_until_it_can(string name)
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1"));
        await pair.SyncAsync();
        await pair.Host.StopAsync();
        string path = Assert.Single(Directory.EnumerateFiles(pair.Host.DataDirectory, name, SearchOption.AllDirectories));
        File.Move(path, path + ".away");
        Directory.CreateDirectory(path);
        await pair.Host.StartAsync();
        CommandResult failed = await pair.Host.RunAsync("flush");
        Assert.NotEqual(0, failed.ExitCode);
        Assert.Contains("cannot be opened", failed.Error, StringComparison.Ordinal);
        Directory.Delete(path);
        File.Move(path + ".away", path);
        (await pair.Host.RunAsync("resume")).Expect(0);
        pair.Host.Tree.Put("a", "2");
        await pair.SyncAndCheckAsync();
        pair.Check("a", "2");
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
