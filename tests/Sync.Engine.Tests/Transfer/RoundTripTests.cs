using CsCheck;
using Sync.Delta;
using Sync.Engine.Link;
using Xunit;

namespace Sync.Engine.Tests.Transfer;

/// <summary>What leaves one replica arrives at the other, and no more of it travels than must.</summary>
public sealed class RoundTripTests : IDisposable
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
    [InlineData(1)]
    [InlineData((64 << 10) - 1)]
    [InlineData(64 << 10)]
    public async Task A_small_content_is_one_frame(int length)
    {
        var content = TestContents.Random(length);
        var id = _from.Has(content).Id;
        var frames = await _from.FramesAsync(id);
        Assert.IsType<ContentFrame.Whole>(Assert.Single(frames));
        using var receiver = _to.Receiver();
        Assert.Equal(content, (await receiver.FeedAsync(frames))!.BytesIn(_to));
        Assert.Equal(length == 0 ? [] : content, _to.Small.Find(id) ?? []);
        Assert.Empty(_to.StagedNames());
    }

    [Theory]
    [InlineData((64 << 10) + 1, true)]
    [InlineData((64 << 10) + 1, false)]
    [InlineData(1 << 20, true)]
    [InlineData((20 << 20) + 12345, true)]
    [InlineData((20 << 20) + 12345, false)]
    public async Task A_large_content_arrives_whether_its_chunks_are_known_or_not(int length, bool known)
    {
        var content = TestContents.Random(length);
        var id = _from.Has(content, known).Id;
        var frames = await _from.FramesAsync(id);
        Assert.Equal(length, frames.DataBytes());
        Assert.All(frames.OfType<ContentFrame.Data>(), d => Assert.InRange(d.Bytes.Length, 1, 64 << 10));
        using var receiver = _to.Receiver();
        var received = await receiver.FeedAsync(frames);
        Assert.Equal($".sync/staging/c-{id}", received!.StagedPath);
        Assert.Equal(content, received.BytesIn(_to));
        Assert.Equal([$"c-{id}"], _to.StagedNames());
        Assert.True(_to.Manifests.TryRead(id, out _));
        Assert.True(_from.Manifests.TryRead(id, out _));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Only_what_an_edit_changed_travels(bool sharesBlocks)
    {
        var old = TestContents.Random(30 << 20);
        byte[] inserted = [.. old[..5_000_001], .. "seventeen bytes in"u8, .. old[5_000_001..]];
        var overwritten = (byte[])old.Clone();
        TestContents.Random(4096, 7).CopyTo(overwritten, 20_000_000);
        byte[] grown = [.. old, .. TestContents.Random(100_000, 9)];
        foreach (var (edited, most) in new[] { (inserted, 400_000L), (overwritten, 400_000L), (grown, 400_000L), (old[..^1_000_000], 300_000L) })
        {
            using var from = new TransferReplica();
            using var to = new TransferReplica { SharesBlocks = sharesBlocks };
            var basis = from.Has(old).Id;
            to.Has(old);
            var id = from.Has(edited).Id;
            var frames = await from.FramesAsync(id, basis);
            Assert.InRange(frames.DataBytes(), 0, most);
            using var receiver = to.Receiver();
            Assert.Equal(edited, (await receiver.FeedAsync(frames))!.BytesIn(to));
        }
    }

    [Fact]
    public async Task A_basis_the_sender_does_not_know_or_that_has_nothing_in_common_is_left_out()
    {
        var content = TestContents.Random(300_000);
        var id = _from.Has(content).Id;
        var stranger = _from.Has(TestContents.Random(300_000, 5)).Id;
        foreach (var basis in new[] { stranger, TestContents.ManifestOf(TestContents.Random(200_000, 6)).Id, TestContents.ManifestOf("small"u8).Id })
            Assert.True(Assert.IsType<ContentFrame.Start>((await _from.FramesAsync(id, basis))[0]).Basis.IsNone);
        Assert.Equal(content, (await _from.MoveAsync(_to, id, stranger)).BytesIn(_to));
    }

    [Fact]
    public async Task Without_the_basis_the_receiver_says_so_and_takes_no_more()
    {
        var old = TestContents.Random(2 << 20);
        byte[] edited = [.. old, .. TestContents.Random(500_000, 2)];
        var basis = _from.Has(old).Id;
        var id = _from.Has(edited).Id;
        var frames = await _from.FramesAsync(id, basis);

        using var receiver = _to.Receiver();
        Assert.Equal(TransferStatus.NoBasis, (await receiver.FeedAsync(frames))!.Status);
        // What is still on the way says nothing more.
        Assert.Null(await receiver.FeedAsync(frames.Skip(1)));

        // Its list is known, the file has gone.
        _to.Manifests.Write(basis, TestContents.ManifestOf(old).Encode());
        Assert.Equal(TransferStatus.NoBasis, (await receiver.FeedAsync(await _from.FramesAsync(id, basis, id: 2)))!.Status);

        // The file is there, with other bytes of the same length.
        _to.Has(old);
        File.WriteAllBytes(_to.PathOf(basis), TestContents.Random(old.Length, 4));
        Assert.Equal(TransferStatus.NoBasis, (await receiver.FeedAsync(await _from.FramesAsync(id, basis, id: 3)))!.Status);
        Assert.Equal(edited, (await _from.MoveAsync(_to, id)).BytesIn(_to));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_basis_that_changes_half_way_is_noticed_and_what_was_right_is_kept(bool sharesBlocks)
    {
        using var to = new TransferReplica { SharesBlocks = sharesBlocks };
        var old = TestContents.Random(12 << 20);
        var edited = (byte[])old.Clone();
        edited[6 << 20] ^= 1;
        var basis = _from.Has(old).Id;
        to.Has(old);
        var path = to.PathOf(basis);
        using (var file = File.OpenWrite(path))
        {
            file.Position = 11 << 20;
            file.WriteByte((byte)~old[11 << 20]);
        }

        var id = _from.Has(edited).Id;
        Assert.Equal(TransferStatus.NoBasis, (await _from.MoveAsync(to, id, basis)).Status);
        using var receiver = to.Receiver();
        var offset = receiver.ResumeOffset(id);
        Assert.InRange(offset, 10 << 20, 11 << 20);
        var frames = await _from.FramesAsync(id, default, offset);
        Assert.InRange(frames.DataBytes(), 1 << 20, 2 << 20);
        Assert.Equal(edited, (await receiver.FeedAsync(frames))!.BytesIn(to));
    }

    [Fact]
    public Task Any_edit_arrives()
    {
        var old = TestContents.Random(400_000);
        var gen = Gen.Select(Gen.Int[0, old.Length], Gen.Int[0, 100_000], Gen.Int[0, 100_000], Gen.Bool, Gen.Bool);
        return gen.SampleAsync(
            async (at, removed, added, zeros, sharesBlocks) =>
            {
                using var from = new TransferReplica();
                using var to = new TransferReplica { SharesBlocks = sharesBlocks };
                byte[] edited = [.. old[..at], .. zeros ? new byte[added] : TestContents.Random(added, 3), .. old[Math.Min(old.Length, at + removed)..]];
                var basis = from.Has(old).Id;
                to.Has(old);
                var id = from.Has(edited).Id;
                Assert.Equal(edited, (await from.MoveAsync(to, id, basis)).BytesIn(to));
            },
            iter: 40, threads: 1);
    }

    [Fact]
    public async Task The_same_content_may_come_twice_at_once()
    {
        var content = TestContents.Random(1 << 20);
        var id = _from.Has(content).Id;
        var frames = await _from.FramesAsync(id);
        using var one = _to.Receiver();
        using var other = _to.Receiver();
        Assert.Null(await one.FeedAsync(frames.SkipLast(1)));
        Assert.Equal(0, other.ResumeOffset(id));
        Assert.Null(await other.FeedAsync(frames.Take(5)));
        Assert.Equal(content, (await one.FeedAsync(frames.TakeLast(1)))!.BytesIn(_to));
        Assert.Equal(content, (await other.FeedAsync(frames.Skip(5)))!.BytesIn(_to));
        Assert.Equal([$"c-{id}"], _to.StagedNames());
    }

    [Fact]
    public async Task A_damaged_file_under_the_final_name_is_replaced()
    {
        var content = TestContents.Random(1 << 20);
        var id = _from.Has(content).Id;
        Directory.CreateDirectory(_to.At(".sync/staging"));
        File.WriteAllBytes(_to.At($".sync/staging/c-{id}"), content[..^1]);
        Assert.Equal(content, (await _from.MoveAsync(_to, id)).BytesIn(_to));
        Assert.Equal([$"c-{id}"], _to.StagedNames());
    }

    [Fact]
    public async Task A_damaged_manifest_in_the_store_does_no_harm()
    {
        var content = TestContents.Random(1 << 20);
        var id = _from.Has(content).Id;
        _from.Manifests.Write(id, TestContents.ManifestOf(TestContents.Random(1 << 20, 2)).Encode());
        Assert.Equal(content, (await _from.MoveAsync(_to, id)).BytesIn(_to));
    }
}
