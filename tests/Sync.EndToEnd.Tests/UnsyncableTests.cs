using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

public sealed class UnsyncableTests
{
    [Fact]
    public async Task Special_files_are_skipped_and_listed()
    {
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("d/a", "1"));
        Libc.MakeFifo(pair.Host.Tree.At("d/fifo"));
        await pair.SyncAndCheckAsync();
        Assert.False(pair.Guest.Tree.Has("d/fifo"));
        Assert.Equal(["d/fifo"], await pair.Host.ProblemPathsAsync("special"));
    }

    [Fact]
    public async Task A_name_that_is_no_text_is_reported_and_holds_up_nothing()
    {
        await using Pair pair = await Pair.StartAsync();
        Libc.CreateRaw([.. System.Text.Encoding.UTF8.GetBytes(pair.Host.Tree.At("bad-")), 0xFF, 0xFE]);
        pair.Host.Tree.Put("good", "1");
        await Eventually.HoldsAsync(async () => (await pair.Host.ProblemPathsAsync("bad-name")).Length == 1, () => "the bad name in status");
        // Its beginning, empty, may have been synced too.
        await Eventually.HoldsAsync(() => pair.Guest.Tree.Has("good") && pair.Guest.Tree.Read("good") == "1", () => "good on the guest");
    }

    [Fact]
    public async Task An_unreadable_file_is_listed_and_deleted_nowhere()
    {
        Assert.SkipWhen(Environment.UserName == "root", "root reads everything");
        await using Pair pair = await Pair.StartAsync(before: tree => tree.Put("a", "1").Put("d/b", "2"));
        await pair.SyncAsync();
        pair.Host.Tree.Mode("a", UnixFileMode.None).Mode("d", UnixFileMode.None).Put("c", "3");
        await Eventually.HoldsAsync(async () => (await pair.Host.ProblemPathsAsync("unreadable")).Length > 0, () => "unreadable in status");
        await Eventually.HoldsAsync(() => pair.Guest.Tree.Has("c"), () => "c on the guest");
        pair.Guest.Tree.Check("a", "1").Check("d/b", "2");
        pair.Host.Tree.Mode("a", (UnixFileMode)0x1A4).Mode("d", (UnixFileMode)0x1ED);
        await pair.SyncAndCheckAsync();
    }
}
