using System.Security.Cryptography;
using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class ConflictTests
{
    [Fact]
    public async Task Three_guests_cut_off_lose_nothing()
    {
        await using Pair pair = await Pair.StartAsync(guests: 3, before: tree => tree.Put("plan.txt", "base"));
        await pair.SyncAsync();
        await pair.WhileApartAsync(() =>
        {
            for (int i = 0; i < 3; i++)
                pair.Guests[i].Tree.Put("plan.txt", $"guest {i}");
        });
        await pair.SyncAndCheckAsync();
        string[] copies = pair.Host.Tree.ConflictCopies("plan.txt");
        Assert.Equal(2, copies.Length);
        Assert.All(copies, copy => Assert.EndsWith(".txt", copy, StringComparison.Ordinal));
        Assert.Equal(["guest 0", "guest 1", "guest 2"], copies.Append("plan.txt").Select(pair.Host.Tree.Read).Order());
    }

    [Fact]
    public async Task The_same_edit_twice_is_no_conflict()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "base"));
        await pair.SyncAsync();
        await pair.WhileApartAsync(() =>
        {
            pair.Host.Tree.Put("a", "same");
            pair.Guest.Tree.Put("a", "same");
        });
        await pair.SyncAndCheckAsync();
        Assert.Equal(["a"], pair.Host.Tree.Paths());
    }

    [Fact]
    public async Task An_edit_beats_a_delete()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "base").Put("b", "base"));
        await pair.SyncAsync();
        await pair.WhileApartAsync(() =>
        {
            pair.Host.Tree.Delete("a").Put("b", "edited");
            pair.Guest.Tree.Put("a", "edited").Delete("b");
        });
        await pair.SyncAndCheckAsync();
        pair.Check("a", "edited").Check("b", "edited");
    }

    /// <summary>Nothing of it is left on the host: a guest that has it is asked for it.</summary>
    [Fact]
    public async Task A_move_beats_a_delete_whoever_comes_first()
    {
        await using Pair pair = await Pair.StartAsync(guests: 2, before: tree => tree.Put("small", "base").Put("large", RandomNumberGenerator.GetBytes(5_000_000)).Put("first", "came first").Put("other", RandomNumberGenerator.GetBytes(300_000)));
        await pair.SyncAsync();
        await pair.WhileApartAsync(() =>
        {
            pair.Host.Tree.Delete("small").Delete("large");
            pair.Guest.Tree.Move("small", "moved-small").Move("large", "moved-large");
        });
        await pair.SyncAndCheckAsync();
        pair.Check("moved-small", "base");
        Assert.True(pair.Host.Tree.Has("moved-large"));

        await pair.Host.StopAsync();
        pair.Host.Tree.Delete("first").Delete("other");
        pair.Guest.Tree.Move("first", "moved-first").Move("other", "moved-other");
        await pair.Host.StartAsync();
        await pair.SyncAndCheckAsync();
        pair.Check("moved-first", "came first");
        Assert.True(pair.Host.Tree.Has("moved-other"));
    }

    [Fact]
    public async Task An_edit_inside_a_deleted_directory_keeps_it_and_its_parents()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("d/e/a", "base").Put("d/other", "base"));
        await pair.SyncAsync();
        await pair.WhileApartAsync(() =>
        {
            pair.Host.Tree.Delete("d");
            pair.Guest.Tree.Put("d/e/a", "edited");
        });
        await pair.SyncAndCheckAsync();
        pair.Check("d/e/a", "edited").Check("d/other", null);
    }

    [Fact]
    public async Task An_edit_inside_a_moved_directory_follows_it()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("d/a", "base"));
        await pair.SyncAsync();
        await pair.WhileApartAsync(() =>
        {
            pair.Host.Tree.Move("d", "moved");
            pair.Guest.Tree.Put("d/a", "edited");
        });
        await pair.SyncAndCheckAsync();
        pair.Check("moved/a", "edited").Check("d", null);
    }

    [Fact]
    public async Task Create_against_create_and_file_against_directory_keep_both()
    {
        await using Pair pair = await Pair.StartAsync();
        await pair.WhileApartAsync(() =>
        {
            pair.Host.Tree.Put("a.txt", "host").Put("x", "a file");
            pair.Guest.Tree.Put("a.txt", "guest").Put("x/inside", "a directory");
        });
        await pair.SyncAndCheckAsync();
        string[] contents = [.. pair.Host.Tree.Paths().Where(path => pair.Host.Tree.Stat(path).IsFile).Select(pair.Host.Tree.Read).Order()];
        Assert.Equal(["a directory", "a file", "guest", "host"], contents);
    }

    [Fact]
    public async Task A_directory_moved_into_each_other_makes_no_cycle()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("d/a", "1").Put("e/b", "2"));
        await pair.SyncAsync();
        await pair.WhileApartAsync(() =>
        {
            pair.Host.Tree.Move("d", "e/d");
            pair.Guest.Tree.Move("e", "d/e");
        });
        await pair.SyncAndCheckAsync();
        string[] contents = [.. pair.Host.Tree.Paths().Where(path => pair.Host.Tree.Stat(path).IsFile).Select(pair.Host.Tree.Read).Order()];
        Assert.Equal(["1", "2"], contents);
    }

    [Fact]
    public async Task Rename_against_rename_keeps_the_file_once()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "content"));
        await pair.SyncAsync();
        await pair.WhileApartAsync(() =>
        {
            pair.Host.Tree.Move("a", "by-host");
            pair.Guest.Tree.Move("a", "by-guest");
        });
        await pair.SyncAndCheckAsync();
        Assert.Contains("content", pair.Host.Tree.Paths().Select(pair.Host.Tree.Read));
        pair.Check("a", null);
    }

    [Theory]
    [InlineData("host-wins", "host")]
    [InlineData("guest-wins", "guest")]
    [InlineData("newest-wins", "guest")]
    public async Task A_policy_decides(string policy, string winner)
    {
        await using Pair pair = await Pair.StartAsync(guests: 1, before: tree => tree.Put("a", "base"), "--conflicts", policy);
        await pair.SyncAsync();
        await pair.WhileApartAsync(async () =>
        {
            pair.Host.Tree.Put("a", "host");
            pair.Guest.Tree.Put("a", "guest");
            pair.Host.Tree.Mtime("a", pair.Guest.Tree.Stat("a").MtimeNs - 5_000_000_000);
            // The newest is what was noticed last. The host has noticed its own when it has flushed; on a busy machine it could be later than a guest that starts.
            (await pair.Host.RunAsync("flush")).Expect(0);
        });
        await pair.SyncAndCheckAsync();
        pair.Check("a", winner);
        Assert.Equal(["a"], pair.Host.Tree.Paths());
        // The losing bytes are in a version store of either side.
        int versions = 0;
        foreach (TestAgent agent in (TestAgent[])[pair.Host, pair.Guest])
            versions += (await agent.RunAsync("versions", "list", "a", "--json")).Expect(0).Json.GetProperty("versions").GetArrayLength();
        Assert.True(versions > 0);
    }

    [Theory]
    [InlineData("host", "host")]
    [InlineData("GUEST", "guest")]
    public async Task Conflicts_are_listed_and_resolved(string keep, string winner)
    {
        await using Pair pair = await ConflictedAsync();
        if (keep == "GUEST")
            keep = await pair.Guest.NameAsync();
        Assert.Single((await pair.Host.RunAsync("conflicts", "list", "--json")).Expect(0).Json.GetProperty("conflicts").EnumerateArray());
        (await pair.Host.RunAsync("conflicts", "resolve", "--keep", keep, "a.txt")).Expect(0);
        await pair.SyncAndCheckAsync();
        pair.Check("a.txt", winner);
        Assert.Equal(["a.txt"], pair.Guest.Tree.Paths());
        Assert.Equal(0, (await pair.Host.RunAsync("conflicts", "--json")).Expect(0).Json.GetProperty("conflicts").GetArrayLength());
    }

    [Fact]
    public async Task Both_can_be_kept()
    {
        await using Pair pair = await ConflictedAsync();
        (await pair.Guest.RunAsync("conflicts", "resolve", "--keep", "both", "--all")).Expect(0);
        await pair.SyncAndCheckAsync();
        Assert.Equal(2, pair.Host.Tree.Paths().Length);
        Assert.Equal(0, (await pair.Guest.RunAsync("conflicts", "--json")).Expect(0).Json.GetProperty("conflicts").GetArrayLength());
    }

    private static async Task<Pair> ConflictedAsync()
    {
        Pair pair = await Pair.StartAsync(before: tree => tree.Put("a.txt", "base"));
        await pair.SyncAsync();
        await pair.WhileApartAsync(() =>
        {
            pair.Host.Tree.Put("a.txt", "host");
            pair.Guest.Tree.Put("a.txt", "guest");
        });
        await pair.SyncAndCheckAsync();
        Assert.Single(pair.Host.Tree.ConflictCopies("a.txt"));
        return pair;
    }
}
