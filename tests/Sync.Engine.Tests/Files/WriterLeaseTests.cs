using Xunit;

namespace Sync.Engine.Tests.Files;

public sealed class WriterLeaseTests
{
    public static TheoryData<string> Linux => FileSystemUnderTest.Linux;

    [Theory, MemberData(nameof(Linux))]
    public void An_open_writer_is_seen(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        test.Write("f", "x");
        AwaitNoWriter(test);
        using (new FileStream(test.At("f"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            Assert.False(test.Fs.HasNoWriter("f"));
        using (new FileStream(test.At("f"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite))
            AwaitNoWriter(test);
        Assert.Null(test.Fs.HasNoWriter("missing"));
    }

    // A process that another test starts holds a copy of the writer's descriptor from its fork to its exec.
    private static void AwaitNoWriter(FileSystemUnderTest test) =>
        Assert.True(SpinWait.SpinUntil(() => test.Fs.HasNoWriter("f") == true, TimeSpan.FromMinutes(1)));

    // Breaking a lease sends its holder a signal that ends a process by default: this one must live.
    [Theory, MemberData(nameof(Linux))]
    public void A_writer_that_comes_while_the_lease_is_held_hurts_nobody(string implementation)
    {
        using var test = new FileSystemUnderTest(implementation);
        test.Write("f", "x");
        using var stop = new CancellationTokenSource();
        var writer = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
                new FileStream(test.At("f"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite).Dispose();
        });
        writer.Start();
        var (free, busy) = (0, 0);
        while (free < 200 || busy < 200)
        {
            if (test.Fs.HasNoWriter("f") == true)
                free++;
            else
                busy++;
        }

        stop.Cancel();
        writer.Join();
    }
}
