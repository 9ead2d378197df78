namespace Sync.Delta.Tests;

public class LongStreamTests
{
    [Fact]
    public void A_stream_over_4_GiB_is_hashed_in_bounded_memory()
    {
        // 5 GiB: 64 MiB of random bytes over and over, each time with their number in front.
        const long Length = 5L << 30;
        var window = Contents.Random(64 << 20);
        using var hasher = new ContentHasher(Length);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0L; i < Length / window.Length; i++)
        {
            BitConverter.TryWriteBytes(window, i);
            hasher.Append(window);
        }
        var manifest = hasher.Finish();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8 << 20);
        Assert.Equal(Length, manifest.Length);
        Assert.Equal(Length, manifest.OffsetOf(manifest.Count));
        var beyond = manifest.IndexAt(4L << 30);
        Assert.InRange((1L << 30) / (manifest.Count - beyond), 600 << 10, 1200 << 10);
        Assert.Equal(("8905c6b5098f1375be369f7fcc4f19227fcce6af94bc95480fef96653eb08be5", 26_455), (manifest.Id.ToString(), manifest.Count));
    }
}
