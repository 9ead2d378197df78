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
    public async Task A_directory_kept_for_what_is_ignored_in_it_stands_in_nobodys_way()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put(".syncignore", "*.o\n").Put("d/a.c", "c").Put("d/e/b.c", "b").Put("f/c", "c"));
        await pair.SyncAsync();
        pair.Guest.Tree.Put("d/a.o", "mine").Put("d/e/b.o", "mine").Put("f/c.o", "mine");
        pair.Host.Tree.Delete("d").Delete("f");
        await pair.SyncAsync();
        pair.Guest.Tree.Check("d/a.o", "mine").Check("d/e/b.o", "mine").Check("d/a.c", null);
        Assert.False(pair.Host.Tree.Has("d"));

        // Made anew, as by a checkout of another version and back: the same directory, with what was ignored in it.
        pair.Host.Tree.Put("d/a.c", "again");
        await pair.SyncAsync();
        pair.Guest.Tree.Check("d/a.o", "mine").Check("d/a.c", "again").Check("d/e/b.o", "mine");
        Assert.False(pair.Host.Tree.Has("d/e"));
        await pair.Guest.RestartAsync();
        await pair.SyncAsync();
        pair.Host.Tree.Delete("d");
        await pair.SyncAsync();
        pair.Guest.Tree.Check("d/a.o", "mine").Check("d/a.c", null);

        // When that is gone, so are the directories.
        File.Delete(pair.Guest.Tree.At("d/e/b.o"));
        File.Delete(pair.Guest.Tree.At("d/a.o"));
        await pair.SyncAsync();
        Assert.False(pair.Guest.Tree.Has("d"));

        // Something else at its name waits, and is told of; nothing else does.
        pair.Host.Tree.Put("f", "a file now").Put("g", "g");
        (await pair.Guest.RunAsync("flush", "--timeout", "60s")).ExpectError(1, "f", "ignored");
        pair.Guest.Tree.Check("g", "g").Check("f/c.o", "mine");
        Assert.Equal(["f"], await pair.Guest.ProblemPathsAsync("unmaterialised"));
        File.Delete(pair.Guest.Tree.At("f/c.o"));
        await pair.SyncAndCheckAsync();
        pair.Check("f", "a file now");
        Assert.Empty(await pair.Guest.ProblemPathsAsync("holds-ignored"));
        Assert.Empty(await pair.Guest.ProblemPathsAsync("unmaterialised"));
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_ignored_is_synced_when_the_rules_are_deleted(bool onHost)
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put(".syncignore", "*.log\n").Put("d/kept", "1"));
        await pair.SyncAndCheckAsync();
        TestTree here = onHost ? pair.Host.Tree : pair.Guest.Tree;
        here.Put("x.log", "1").Put("d/y.log", "2");
        await pair.SyncAsync();
        here.Delete(".syncignore");
        await pair.SyncAndCheckAsync();
        pair.Check("x.log", "1").Check("d/y.log", "2").Check(".syncignore", null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_made_right_after_its_rule_is_not_synced(bool onHost)
    {
        await using Pair pair = await Pair.StartAsync();
        (TestTree here, TestTree there) = onHost ? (pair.Host.Tree, pair.Guest.Tree) : (pair.Guest.Tree, pair.Host.Tree);
        for (int i = 0; i < 12; i++)
        {
            here.Put($"d{i}/sub/kept", "k");
            if (i % 2 == 0)
                await pair.SyncAsync();
            here.Put($"d{i}/.syncignore", "*.log\n").Put($"d{i}/x.log", "x").Put($"d{i}/sub/y.log", "y").Put($"d{i}/z", "z");
            await pair.SyncAsync();
            there.Check($"d{i}/x.log", null).Check($"d{i}/sub/y.log", null).Check($"d{i}/z", "z").Check($"d{i}/sub/kept", "k");
        }
    }

    [Fact]
    public async Task What_was_left_out_comes_back_where_its_directory_is_deleted_with_the_rules()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("z/c", "c"));
        await pair.SyncAndCheckAsync();
        pair.Host.Tree.Put("z/.syncignore", "c\n");
        await pair.SyncAndCheckAsync();
        pair.Guest.Tree.Delete("z");
        await pair.SyncAndCheckAsync();
        pair.Check("z/c", "c").Check("z/.syncignore", null);
    }

    [Fact]
    public async Task A_directory_that_moves_gets_the_rules_of_its_new_place()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("strict/.syncignore", "*.log\n").Put("strict/d/a", "a").Put("free/b", "b"));
        await pair.SyncAsync();
        pair.Guest.Tree.Put("strict/d/x.log", "x").Put("free/y.log", "y");
        await pair.SyncAsync();
        pair.Host.Tree.Check("strict/d/x.log", null).Check("free/y.log", "y");
        pair.Host.Tree.Move("strict/d", "free/d");
        await pair.SyncAndCheckAsync();
        pair.Check("free/d/x.log", "x").Check("free/d/a", "a");
    }

    [Fact]
    public async Task Long_ignore_files_count_to_their_end()
    {
        string rules = string.Concat(Enumerable.Range(0, 8_000).Select(i => $"no-such-{i}-name\n")) + "*.log\n";
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put(".syncignore", rules).Put("x.log", "x").Put("y", "y"));
        await pair.SyncAsync();
        pair.Guest.Tree.Check("x.log", null).Check("y", "y");
    }
}
