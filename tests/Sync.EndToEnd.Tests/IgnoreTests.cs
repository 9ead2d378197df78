using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class IgnoreTests
{
    [Fact]
    public async Task Patterns_of_each_level_count()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree
            .Put(".syncignore", "*.o\n/build/\n").Put("sub/.syncignore", "!keep.o\nlocal\n")
            .Put("a.o", "o").Put("a.c", "c").Put("build/out", "b").Put("sub/build/out", "kept").Put("sub/keep.o", "k").Put("sub/local", "l").Put(".a.swp", "s").Put("yarn.lock", "y"));
        await pair.SyncAsync();
        pair.Guest.Tree.Check("a.o", null).Check("build", null).Check("sub/local", null).Check(".a.swp", null)
            .Check("a.c", "c").Check("sub/build/out", "kept").Check("sub/keep.o", "k").Check("yarn.lock", "y").Check(".syncignore", "*.o\n/build/\n");
    }

    [Fact]
    public async Task Rules_can_be_edited_live()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a.log", "1").Put("b.txt", "2"));
        await pair.SyncAsync();
        pair.Guest.Tree.Put(".syncignore", "*.log\n");
        await pair.SyncAsync();
        pair.Host.Tree.Put("a.log", "host").Put("new.log", "n");
        await pair.SyncAsync();
        // Becoming ignored is not being deleted, and each side now keeps its own.
        pair.Guest.Tree.Check("a.log", "1").Check("new.log", null);
        pair.Guest.Tree.Put(".syncignore", "# nothing\n");
        await pair.SyncAndCheckAsync();
        pair.Check("new.log", "n");
    }

    [Fact]
    public async Task Ignored_content_survives_the_deletion_of_its_directory()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put(".syncignore", "*.o\n").Put("d/a.c", "c"));
        await pair.SyncAsync();
        pair.Guest.Tree.Put("d/a.o", "mine");
        await pair.SyncAsync();
        pair.Host.Tree.Delete("d");
        await pair.SyncAsync();
        pair.Guest.Tree.Check("d/a.c", null).Check("d/a.o", "mine");
        Assert.Equal(["d"], await pair.Guest.ProblemPathsAsync("holds-ignored"));
        Assert.False(pair.Host.Tree.Has("d"));
    }

    [Fact]
    public async Task A_move_carries_ignored_content_along()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put(".syncignore", "*.o\n").Put("d/a.c", "c"));
        await pair.SyncAsync();
        pair.Guest.Tree.Put("d/a.o", "mine");
        await pair.SyncAsync();
        pair.Host.Tree.Move("d", "e");
        await pair.SyncAsync();
        pair.Guest.Tree.Check("e/a.o", "mine").Check("e/a.c", "c").Check("d", null);
    }

    [Fact]
    public async Task Vcs_ignore_honours_gitignore()
    {
        await using Pair pair = await Pair.StartAsync(
            guests: 0, before: tree => tree.Put(".gitignore", "target/\n").Put("target/x", "t").Put(".git/HEAD", "ref").Put("src/a", "a"));
        (await pair.Host.RunAsync("share", "set", Pair.Share, "--vcs-ignore")).Expect(0);
        TestGuest guest = await pair.AddGuestAsync();
        await pair.SyncAsync();
        Assert.Equal([".gitignore", "src", "src/a"], guest.Tree.Paths());
    }
}
