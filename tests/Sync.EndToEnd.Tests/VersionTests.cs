using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class VersionTests
{
    [Fact]
    public async Task What_sync_overwrites_or_deletes_can_be_brought_back()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "first").Put("d/b", "kept?"));
        await pair.SyncAsync();
        pair.Host.Tree.Put("a", "second").Delete("d");
        await pair.SyncAndCheckAsync();
        pair.Guest.Tree.Check("a", "second").Check("d/b", null);

        (await pair.Guest.RunAsync("versions", "restore", await IdAsync(pair.Guest, "a"), "--to", "a.old")).Expect(0);
        (await pair.Guest.RunAsync("versions", "restore", await IdAsync(pair.Guest, "d/b"))).Expect(0);
        await pair.SyncAndCheckAsync();
        pair.Check("a", "second").Check("a.old", "first").Check("d/b", "kept?");
    }

    [Fact]
    public async Task A_place_that_a_version_cannot_go_to_is_told_in_words()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "first").Put("file", "1"));
        string outside = Directory.CreateDirectory(pair.Temporary("outside")).FullName;
        pair.Guest.Tree.Link("absout", outside);
        await pair.SyncAsync();
        pair.Host.Tree.Put("a", "second");
        await pair.SyncAsync();
        string id = await IdAsync(pair.Guest, "a");
        foreach ((string path, string words) in ((string, string)[])[("absout/x", "symbolic link"), ("file/x", "not a directory")])
        {
            CommandResult refused = await pair.Guest.RunAsync("versions", "restore", id, "--to", path);
            refused.ExpectLine(1, path, words, "--to");
            Assert.DoesNotContain("(Escapes)", refused.Error, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFileSystemEntries(outside));
        (await pair.Guest.RunAsync("versions", "restore", id)).Expect(0);
        pair.Guest.Tree.Check("a", "first");
    }

    [Fact]
    public async Task An_unknown_version_is_a_clear_error()
    {
        await using Pair pair = await Pair.StartAsync();
        (await pair.Guest.RunAsync("versions", "restore", "nosuch")).ExpectError(1, "nosuch");
    }

    private static async Task<string> IdAsync(TestAgent agent, string path)
    {
        System.Text.Json.JsonElement versions = (await agent.RunAsync("versions", "list", path, "--json")).Expect(0).Json.GetProperty("versions");
        return versions.EnumerateArray().First(version => version.GetProperty("path").GetString() == path).GetProperty("id").GetString()!;
    }
}
