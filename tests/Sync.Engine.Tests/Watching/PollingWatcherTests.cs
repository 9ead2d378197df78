using Microsoft.Extensions.Time.Testing;
using Sync.Engine.Files;
using Sync.Engine.Tests.Files;
using Sync.Engine.Watching;
using Xunit;

namespace Sync.Engine.Tests.Watching;

public sealed class PollingWatcherTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    [Theory]
    [InlineData("linux")]
    [InlineData("portable")]
    public void A_round_tells_what_differs(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        test.Create("kept", "x"u8);
        test.Create("edited", "x"u8);
        test.Create("touched", "x"u8);
        test.Create("removed", "x"u8);
        var time = new FakeTimeProvider();
        var log = new EventLog();
        using var watcher = new PollingWatcher(test.Fs, time, log.Sink, Interval);
        Assert.Equal(FsError.None, watcher.Watch("", "root"));
        time.Advance(Interval);
        Assert.Empty(log.All);

        test.Write("edited", "longer");
        test.Fs.SetMode("touched", 0x180);
        test.Fs.RemoveFile("removed");
        test.Fs.MakeDirectory("made", 0x1ED);
        Assert.Empty(log.All);
        time.Advance(Interval);
        Assert.Equal(
            [" Attributes", "edited Modified", "made Created", "removed Removed", "touched Attributes"],
            log.All.Select(e => $"{e.Name} {e.Change}").Order(StringComparer.Ordinal));

        log.Clear();
        watcher.Unwatch("root");
        test.Write("more", "x");
        time.Advance(Interval);
        Assert.Empty(log.All);
    }

    /// <summary>What was put there after the watch began and is gone before the first round is in no listing.</summary>
    [Fact]
    public void A_name_that_came_and_went_between_two_rounds_is_told_of_with_its_directory()
    {
        using var test = new FileSystemUnderTest("linux");
        var time = new FakeTimeProvider();
        var log = new EventLog();
        using var watcher = new PollingWatcher(test.Fs, time, log.Sink, Interval);
        Assert.Equal(FsError.None, watcher.Watch("", "root"));
        test.Create("placed", "x"u8);
        test.Fs.RemoveFile("placed");
        test.Fs.SetMtime("", 1_700_000_000_000_000_000);
        time.Advance(Interval);
        Assert.Equal([" Attributes"], log.All.Select(e => $"{e.Name} {e.Change}"));
        log.Clear();
        time.Advance(Interval);
        Assert.Empty(log.All);
    }

    [Fact]
    public void A_removed_or_replaced_directory_ends()
    {
        using var test = new FileSystemUnderTest("linux");
        test.Fs.MakeDirectory("d", 0x1ED);
        test.Fs.MakeDirectory("e", 0x1ED);
        var time = new FakeTimeProvider();
        var log = new EventLog();
        using var watcher = new PollingWatcher(test.Fs, time, log.Sink, Interval);
        Assert.Equal(FsError.None, watcher.Watch("d", "D"));
        Assert.Equal(FsError.None, watcher.Watch("e", "E"));
        Assert.Equal(FsError.NotFound, watcher.Watch("missing", "M"));
        test.Fs.RemoveDirectory("d");
        test.Fs.Rename("e", "f", RenameMode.NoReplace);
        test.Fs.MakeDirectory("e", 0x1ED);
        time.Advance(Interval);
        Assert.Equal(["D Ended", "E Ended"], log.All.Select(e => $"{e.Tag} {e.Change}").Order(StringComparer.Ordinal));
        log.Clear();
        time.Advance(Interval);
        Assert.Empty(log.All);
    }

    [Fact]
    public void A_directory_without_a_kernel_watch_is_polled()
    {
        using var test = new FileSystemUnderTest("linux");
        test.Fs.MakeDirectory("d", 0x1ED);
        test.Fs.MakeDirectory("e", 0x1ED);
        var time = new FakeTimeProvider();
        var log = new EventLog();
        LimitedWatcher? limited = null;
        using var watcher = new FallbackWatcher(
            sink => limited = new LimitedWatcher(sink, 1),
            sink => new PollingWatcher(test.Fs, time, sink, Interval),
            log.Sink);
        Assert.Equal(FsError.None, watcher.Watch("d", "D"));
        Assert.False(watcher.IsPolling);
        Assert.Equal(FsError.None, watcher.Watch("e", "E"));
        Assert.True(watcher.IsPolling);
        test.Write("e/f", "x");
        time.Advance(Interval);
        log.Await("E", "f", WatchChange.Created);
        limited!.Sink([new WatchEvent("D", "g", WatchChange.Created, 0)]);
        log.Await("D", "g", WatchChange.Created);
    }

    [Fact]
    public void The_watcher_of_a_local_file_system_goes_by_events()
    {
        using var test = new FileSystemUnderTest("linux");
        var log = new EventLog();
        using var watcher = Watchers.Create(test.Fs, TimeProvider.System, log.Sink);
        Assert.False(watcher.IsPolling);
        Assert.Equal(FsError.None, watcher.Watch("", "root"));
        test.Write("f", "x");
        log.Await("root", "f", WatchChange.Closed);
    }

    [Fact]
    public void The_portable_watcher_tells_of_watched_directories_only()
    {
        using var test = new FileSystemUnderTest("portable");
        test.Fs.MakeDirectory("d", 0x1ED);
        var log = new EventLog();
        using var watcher = Watchers.Create(test.Fs, TimeProvider.System, log.Sink);
        Assert.Equal(FsError.None, watcher.Watch("d", "D"));
        test.Write("f", "x");
        test.Write("d/g", "x");
        log.Await("D", "g", WatchChange.Created);
        Assert.Equal(FsError.None, test.Fs.Rename("d/g", "d/h", RenameMode.NoReplace));
        Assert.Equal(log.Await("D", "g", WatchChange.MovedFrom).Cookie, log.Await("D", "h", WatchChange.MovedTo).Cookie);
        Assert.DoesNotContain(log.All, e => e.Name == "f");
    }
}
