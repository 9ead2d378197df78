using Sync.EndToEnd.Tests.Harness;
using Xunit;

namespace Sync.EndToEnd.Tests;

/// <summary>Files that are written again before the last state of them has come to rest anywhere.</summary>
public sealed class RestlessFileTests
{
    /// <summary>A file that changes during every read of it is synced as a live copy, and flush does not wait for its writer.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_never_rests_is_synced_all_the_same(bool onHost)
    {
        await using Pair pair = await Pair.StartAsync();
        TestTree writer = onHost ? pair.Host.Tree : pair.Guest.Tree;
        string path = writer.At("disk.img");
        using var stop = new CancellationTokenSource();
        using var begun = new SemaphoreSlim(0);
        Task writing = Task.Factory.StartNew(() =>
        {
            // Reading this much takes far longer than the time between two writes.
            using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
            file.SetLength(96 << 20);
            var page = new byte[4096];
            var random = new Random(1);
            for (long at = 0; at < file.Length; at += page.Length)
            {
                random.NextBytes(page);
                file.Write(page);
            }

            begun.Release();
            while (!stop.IsCancellationRequested)
            {
                file.Position = random.Next((96 << 20) - page.Length);
                file.Write(page, 0, 8);
                Thread.Yield();
            }
        }, stop.Token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            await begun.WaitAsync(TestContext.Current.CancellationToken);
            await pair.SyncAsync();
            TestTree reader = onHost ? pair.Guest.Tree : pair.Host.Tree;
            Assert.Equal(96 << 20, new FileInfo(reader.At("disk.img")).Length);
        }
        finally
        {
            await stop.CancelAsync();
            await writing;
        }

        await pair.SyncAndCheckAsync();
    }

    /// <summary>Each edit is made on top of the other side's last one, before anything is durable: none of them is a conflict.</summary>
    [Fact]
    public async Task Edits_in_turn_are_no_conflict()
    {
        await using Pair pair = await Pair.StartAsync();
        (TestTree mine, TestTree theirs) = (pair.Host.Tree, pair.Guest.Tree);
        for (int i = 0; i < 200; i++)
        {
            string text = $"edit {i}";
            mine.Put("f", text);
            AwaitAtOnce(theirs, text);
            (mine, theirs) = (theirs, mine);
        }

        await pair.SyncAndCheckAsync();
        Assert.Equal(["f"], pair.Host.Tree.Paths());
    }

    /// <summary>One side saves as soon as the last state has arrived, the other side only follows: it never takes what it was given for an edit.</summary>
    [Fact]
    public async Task Fast_saves_are_no_conflict()
    {
        await using Pair pair = await Pair.StartAsync(guests: 2);
        for (int i = 0; i < 200; i++)
        {
            string text = $"edit {i}";
            pair.Host.Tree.Put("f", text);
            AwaitAtOnce(pair.Guest.Tree, text);
        }

        await pair.SyncAndCheckAsync();
        Assert.Equal(["f"], pair.Host.Tree.Paths());
    }

    /// <summary>As `git checkout` does it: files are removed and made anew, again and again, faster than the answers come.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Names_that_come_and_go_are_no_conflict(bool onHost)
    {
        await using Pair pair = await Pair.StartAsync();
        TestTree tree = onHost ? pair.Host.Tree : pair.Guest.Tree;
        var random = new Random(1);
        for (int i = 0; i < 150; i++)
        {
            for (int k = 0; k < 4; k++)
            {
                string name = $"f{random.Next(8)}";
                if (tree.Has(name)) tree.Delete(name);
                if (random.Next(5) > 0) tree.Put(name, $"{i}.{k} {new string('x', random.Next(300))}");
            }

            // Now and then the other side may keep up.
            if (random.Next(3) == 0) await pair.Guest.StatusAsync();
        }

        await pair.SyncAndCheckAsync();
        Assert.DoesNotContain(pair.Host.Tree.Paths(), path => path.Contains("(conflict", StringComparison.Ordinal));
    }

    /// <summary>Goes on within microseconds of the arrival: what follows falls into the time before the commit.</summary>
    private static void AwaitAtOnce(TestTree tree, string text)
    {
        var there = SpinWait.SpinUntil(() => tree.Has("f") && tree.Read("f") == text, TimeSpan.FromSeconds(20));
        Assert.True(there, $"'{text}' has not arrived after 20 s; there is '{(tree.Has("f") ? tree.Read("f") : "nothing")}'");
    }
}
