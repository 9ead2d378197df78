using System.Collections.Concurrent;
using System.Diagnostics;
using Sync.Engine.Files;
using Sync.Engine.Files.Linux;
using Sync.Engine.Tests.Files;
using Sync.Engine.Watching;
using Sync.Engine.Watching.Linux;
using Xunit;

namespace Sync.Engine.Tests.Watching;

public sealed class InotifyWatcherTests(ITestOutputHelper output)
{
    [Fact]
    public void A_file_is_told_from_its_creation_to_its_close()
    {
        using var test = new FileSystemUnderTest("linux");
        var log = new EventLog();
        using var watcher = Start(test, log);
        Assert.Equal(FsError.None, watcher.Watch("", "root"));
        using (var file = File.OpenWrite(test.At("f")))
        {
            log.Await("root", "f", WatchChange.Created);
            file.Write("x"u8);
            file.Flush();
            log.Await("root", "f", WatchChange.Modified);
            Assert.DoesNotContain(log.All, e => e.Change == WatchChange.Closed);
        }

        log.Await("root", "f", WatchChange.Closed);
        test.Fs.SetMode("f", 0x180);
        log.Await("root", "f", WatchChange.Attributes);
        File.Delete(test.At("f"));
        log.Await("root", "f", WatchChange.Removed);
    }

    [Fact]
    public void Of_many_writes_few_are_told_but_the_last_of_each_file_always_is()
    {
        using var test = new FileSystemUnderTest("linux");
        var log = new EventLog();
        using var watcher = Start(test, log);
        Assert.Equal(FsError.None, watcher.Watch("", "root"));
        using var f = File.OpenWrite(test.At("f"));
        using var g = File.OpenWrite(test.At("g"));
        for (var round = 0; round < 20; round++)
        {
            Write(f);
            log.Await("root", "f", WatchChange.Modified);
            log.Clear();
            // The first may be left out, as that of a moment ago was told; it must be told later, or with what comes next.
            Write(f);
            if (round % 2 == 0) Write(g);
            log.Await("root", "f", WatchChange.Modified);
            if (round % 2 == 0) log.Await("root", "g", WatchChange.Modified);
            log.Clear();
        }

        for (var i = 0; i < 20_000; i++) Write(f);
        Write(g);
        log.Await("root", "g", WatchChange.Modified);
        Assert.InRange(log.All.Count(e => e.Name == "f"), 1, 2_000);

        static void Write(FileStream file)
        {
            file.Write("x"u8);
            file.Flush();
        }
    }

    [Fact]
    public void The_halves_of_a_move_share_a_cookie()
    {
        using var test = new FileSystemUnderTest("linux");
        test.Write("a/f", "x");
        Directory.CreateDirectory(test.At("b"));
        var log = new EventLog();
        using var watcher = Start(test, log);
        Assert.Equal(FsError.None, watcher.Watch("a", "A"));
        Assert.Equal(FsError.None, watcher.Watch("b", "B"));
        Assert.Equal(FsError.None, test.Fs.Rename("a/f", "b/g", RenameMode.NoReplace));
        var from = log.Await("A", "f", WatchChange.MovedFrom);
        var to = log.Await("B", "g", WatchChange.MovedTo);
        Assert.NotEqual(0u, from.Cookie);
        Assert.Equal(from.Cookie, to.Cookie);
    }

    [Fact]
    public void Watching_again_after_a_move_replaces_the_tag()
    {
        using var test = new FileSystemUnderTest("linux");
        Directory.CreateDirectory(test.At("d"));
        var log = new EventLog();
        using var watcher = Start(test, log);
        Assert.Equal(FsError.None, watcher.Watch("d", "old"));
        Assert.Equal(FsError.None, test.Fs.Rename("d", "e", RenameMode.NoReplace));
        Assert.Equal(FsError.None, watcher.Watch("e", "new"));
        test.Write("e/f", "x");
        log.Await("new", "f", WatchChange.Closed);
        Assert.DoesNotContain(log.All, e => Equals(e.Tag, "old"));
    }

    [Fact]
    public void A_tag_given_to_another_directory_leaves_the_first()
    {
        using var test = new FileSystemUnderTest("linux");
        Directory.CreateDirectory(test.At("d"));
        Directory.CreateDirectory(test.At("e"));
        var log = new EventLog();
        using var watcher = Start(test, log);
        Assert.Equal(FsError.None, watcher.Watch("d", "t"));
        Assert.Equal(FsError.None, watcher.Watch("e", "t"));
        test.Write("d/f", "x");
        test.Write("e/g", "x");
        log.Await("t", "g", WatchChange.Closed);
        Assert.DoesNotContain(log.All, e => e.Name == "f");
    }

    [Fact]
    public void An_unwatched_directory_is_silent_and_a_removed_one_ends_once()
    {
        using var test = new FileSystemUnderTest("linux");
        Directory.CreateDirectory(test.At("d"));
        Directory.CreateDirectory(test.At("e"));
        var log = new EventLog();
        using var watcher = Start(test, log);
        Assert.Equal(FsError.None, watcher.Watch("", "root"));
        Assert.Equal(FsError.None, watcher.Watch("d", "D"));
        Assert.Equal(FsError.None, watcher.Watch("e", "E"));
        watcher.Unwatch("D");
        watcher.Unwatch("unknown");
        test.Write("d/f", "x");
        Directory.Delete(test.At("e"));
        test.Write("last", "x");
        log.Await("root", "last", WatchChange.Closed);
        Assert.DoesNotContain(log.All, e => Equals(e.Tag, "D"));
        Assert.Equal([WatchChange.Ended], log.All.Where(e => Equals(e.Tag, "E")).Select(e => e.Change));
        log.Await("root", "e", WatchChange.Removed);
    }

    [Fact]
    public void A_symlink_is_not_watched_through()
    {
        using var test = new FileSystemUnderTest("linux");
        Directory.CreateDirectory(test.At("d"));
        Assert.Equal(FsError.None, test.Fs.MakeSymlink("l", "d"));
        test.Write("f", "x");
        using var watcher = Start(test, new EventLog());
        Assert.Equal(FsError.Escapes, watcher.Watch("l", "L"));
        Assert.Equal(FsError.NotDirectory, watcher.Watch("f", "F"));
        Assert.Equal(FsError.NotFound, watcher.Watch("missing", "M"));
    }

    [Fact]
    public void A_name_that_is_not_utf8_comes_as_null()
    {
        using var test = new FileSystemUnderTest("linux");
        var log = new EventLog();
        using var watcher = Start(test, log);
        Assert.Equal(FsError.None, watcher.Watch("", "root"));
        Raw.MakeDirectory(test.Root, [0xFF]);
        log.Await("root", null, WatchChange.Created);
    }

    [Fact]
    public void More_events_than_the_queue_holds_are_told_as_an_overflow()
    {
        using var test = new FileSystemUnderTest("linux on tmpfs");
        var queue = int.Parse(File.ReadAllText("/proc/sys/fs/inotify/max_queued_events"), System.Globalization.CultureInfo.InvariantCulture);
        var log = new EventLog();
        using var blocked = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        Assert.Equal(FsError.None, InotifyWatcher.Create((LinuxFileSystem)test.Fs, events =>
        {
            entered.Set();
            blocked.Wait();
            log.Sink(events);
        }, out var watcher));
        using (watcher)
        {
            Assert.Equal(FsError.None, watcher!.Watch("", "root"));
            test.Write("first", "");
            entered.Wait();
            for (var i = 0; i <= queue / 2; i++)
            {
                test.Fs.MakeDirectory("d", 0x1C0);
                test.Fs.RemoveDirectory("d");
                test.Fs.MakeDirectory("e", 0x1C0);
                test.Fs.RemoveDirectory("e");
            }

            blocked.Set();
            log.Await(e => e is { Change: WatchChange.Overflow, Tag: null, Name: null });

            // And it goes on after that.
            test.Write("after", "");
            log.Await("root", "after", WatchChange.Closed);
        }
    }

    [Fact]
    public void Nothing_made_in_new_directories_is_lost()
    {
        using var test = new FileSystemUnderTest("linux");
        using var queue = new BlockingCollection<WatchEvent>();
        Assert.Equal(FsError.None, InotifyWatcher.Create((LinuxFileSystem)test.Fs, events =>
        {
            foreach (var one in events)
                queue.Add(one);
        }, out var watcher));
        using (watcher)
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            Assert.Equal(FsError.None, watcher!.Watch("", ""));
            var maker = new Thread(() =>
            {
                for (var i = 0; i < 500; i++)
                    test.Write($"d{i / 10}/s{i}/f{i}", "x");
            });
            maker.Start();
            while (seen.Count(s => s.Contains("/f", StringComparison.Ordinal)) < 500)
            {
                Assert.True(queue.TryTake(out var one, TimeSpan.FromSeconds(20)), $"{seen.Count} names seen");
                if (one.Name is not null && one.Change == WatchChange.Created)
                    See(Path.Join((string)one.Tag!, one.Name));
            }

            maker.Join();

            // Watch first, list then: what was made before the watch is in the list, what comes after is told.
            void See(string path)
            {
                if (path == ".sync" || !seen.Add(path) || test.Stat(path).Kind != Sync.Engine.Model.EntryKind.Directory)
                    return;
                Assert.Equal(FsError.None, watcher.Watch(path, path));
                var items = new List<DirectoryItem>();
                Assert.Equal(FsError.None, test.Fs.List(path, items));
                foreach (var item in items)
                    See(path + "/" + item.Name);
            }
        }
    }

    [Fact]
    public void An_event_arrives_at_once()
    {
        using var test = new FileSystemUnderTest("linux");
        var log = new EventLog();
        using var watcher = Start(test, log);
        Assert.Equal(FsError.None, watcher.Watch("", "root"));
        var delays = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            var name = "f" + i;
            var file = File.OpenWrite(test.At(name));
            log.Await("root", name, WatchChange.Created);
            var closed = Stopwatch.GetTimestamp();
            file.Dispose(); // nothing was written: the close of a file open for writing is told all the same
            var (_, at) = log.Await(e => e.Name == name && e.Change == WatchChange.Closed);
            delays.Add(Stopwatch.GetElapsedTime(closed, at).TotalMicroseconds);
        }

        delays.Sort();
        output.WriteLine($"close to sink: p50 {delays[100]:F0} µs, p95 {delays[190]:F0} µs, worst {delays[^1]:F0} µs");
        Assert.True(delays[100] < 10_000, $"half of the events took {delays[100]:F0} µs");
    }

    [Fact]
    public void Disposing_from_the_sink_or_twice_is_harmless()
    {
        using var test = new FileSystemUnderTest("linux");
        using var done = new ManualResetEventSlim();
        InotifyWatcher? watcher = null;
        Assert.Equal(FsError.None, InotifyWatcher.Create((LinuxFileSystem)test.Fs, _ =>
        {
            watcher!.Dispose();
            done.Set();
        }, out watcher));
        Assert.Equal(FsError.None, watcher!.Watch("", "root"));
        test.Write("f", "");
        Assert.True(done.Wait(TimeSpan.FromSeconds(20)));
        watcher.Dispose();
        Assert.Equal(FsError.Invalid, watcher.Watch("", "root"));
    }

    private static InotifyWatcher Start(FileSystemUnderTest test, EventLog log)
    {
        Assert.Equal(FsError.None, InotifyWatcher.Create((LinuxFileSystem)test.Fs, log.Sink, out var watcher));
        return watcher!;
    }
}
