using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class TypeChangeTests
{
    [Fact]
    public async Task Each_kind_can_become_each_other()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree
            .Put("file-dir", "f").Put("file-link", "f").Put("dir-file/in/x", "x").Put("dir-link/x", "x").Link("link-file", "t").Link("link-dir", "t"));
        await pair.SyncAsync();
        pair.Host.Tree.Delete("file-dir").Put("file-dir/new", "n").Delete("dir-file").Put("dir-file", "now a file").Delete("link-dir").MakeDirectory("link-dir");
        pair.Guest.Tree.Delete("file-link").Link("file-link", "t").Delete("dir-link").Link("dir-link", "t").Delete("link-file").Put("link-file", "l");
        await pair.SyncAndCheckAsync();
        pair.Check("file-dir/new", "n").Check("dir-file", "now a file").Check("link-file", "l");
        Assert.True(pair.Host.Tree.Stat("dir-link").IsLink);
        Assert.True(pair.Guest.Tree.Stat("link-dir").IsDirectory);
    }
}
