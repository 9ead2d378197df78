using Sync.Delta;
using Sync.Engine.Link;
using Xunit;

namespace Sync.Engine.Tests.Transfer;

/// <summary>Sparse stays sparse, and offsets beyond 4 GiB are no different from others.</summary>
public sealed class SparseTests : IDisposable
{
    private readonly TransferReplica _from = new();
    private readonly TransferReplica _to = new();

    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(777)]
    public async Task Holes_and_zeros_become_holes(int shift)
    {
        var content = new byte[40 << 20];
        TestContents.Random(100_000).CopyTo(content, (3 << 20) + shift);
        TestContents.Random(5000, 2).CopyTo(content, (30 << 20) + shift);
        content[^1] = (byte)shift; // the last hole ends the file, or does not
        var id = _from.Has(content).Id;
        var received = await _from.MoveAsync(_to, id);
        Assert.Equal(content, received.BytesIn(_to));
        Assert.InRange(_to.Stat(received.StagedPath!).Blocks * 512, 105_000, 140_000);
    }

    [Fact]
    public async Task Short_runs_of_zeros_are_written()
    {
        var content = TestContents.Random(1 << 20);
        content.AsSpan(100_000, 30_000).Clear();
        content.AsSpan(500_000, 5_000).Clear();
        var id = _from.Has(content).Id;
        var received = await _from.MoveAsync(_to, id);
        Assert.Equal(content, received.BytesIn(_to));
        Assert.InRange(_to.Stat(received.StagedPath!).Blocks * 512, 1 << 20, (1 << 20) + 8192);
    }

    [Fact]
    public async Task Beyond_4_GiB_all_is_as_before()
    {
        const long Length = (4L << 30) + (40 << 20) + 4321;
        var tail = TestContents.Random(3_000_000);
        File.WriteAllBytes(_from.At("image"), []);
        using (var file = File.OpenWrite(_from.At("image")))
        {
            file.SetLength(Length);
            file.Position = Length - tail.Length;
            file.Write(tail);
        }

        var reading = Engine.Scanning.FileReading.Of(_from.Fs, "image", default);
        var id = _from.Knows("image", reading.Manifest!).Id;
        var frames = await _from.FramesAsync(id);
        Assert.InRange(frames.DataBytes(), tail.Length, 20 << 20);

        // Cut within the tail, and gone on from there.
        using (var first = _to.Receiver()) Assert.Null(await first.FeedAsync(frames.SkipLast(10)));
        using var receiver = _to.Receiver();
        var offset = receiver.ResumeOffset(id);
        Assert.InRange(offset, Length - tail.Length - Chunker.MaxChunkLength, Length - 1);
        var rest = await _from.FramesAsync(id, default, offset);
        Assert.Equal(Length - offset, rest.DataBytes());
        var received = await receiver.FeedAsync(rest);
        Assert.Equal((TransferStatus.Complete, null), (received!.Status, received.Detail));
        var stat = _to.Stat(received.StagedPath!);
        Assert.Equal(Length, stat.Stamp.Size);
        Assert.InRange(stat.Blocks * 512, tail.Length, tail.Length + (1 << 20));
    }
}
