using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Transfer;
using Xunit;

namespace Sync.Engine.Tests.Transfer;

/// <summary>Inside a changed chunk only what is new travels, and whatever a peer says of the basis, only the announced content can come of it.</summary>
public sealed class DeltaTransferTests : IDisposable
{
    private readonly TransferReplica _from = new();
    private readonly TransferReplica _to = new();
    private readonly byte[] _old = TestContents.Random(12 << 20);

    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
    }

    [Fact]
    public async Task Pages_rewritten_cost_little_more_than_themselves()
    {
        var basis = await SyncAsync(_old);
        var edited = (byte[])_old.Clone();
        for (var i = 0; i < 8; i++) TestContents.Random(4096, 100 + i).CopyTo(edited, (i * 1_500_000) & ~4095);
        await AssertTravelsAsync(edited, basis, most: 8 * (4096 + 512) + 8 * 100);
    }

    [Fact]
    public async Task Bytes_inserted_cost_themselves_and_a_block()
    {
        var basis = await SyncAsync(_old);
        byte[] edited = [.. "seventeen bytes!!"u8, .. _old];
        await AssertTravelsAsync(edited, basis, most: 1000);
        edited = [.. _old[..5_000_001], .. "in the middle"u8, .. _old[5_000_001..]];
        await AssertTravelsAsync(edited, basis, most: 1500);
    }

    [Fact]
    public async Task What_is_appended_alone_travels()
    {
        var basis = await SyncAsync(_old);
        await AssertTravelsAsync([.. _old, .. TestContents.Random(200_000, 9)], basis, most: 202_000);
    }

    [Fact]
    public async Task What_was_received_is_a_basis_for_the_way_back_too()
    {
        var basis = await SyncAsync(_old);
        byte[] edited = [.. "from the other side"u8, .. _old];
        var id = _to.Has(edited).Id;
        var frames = await _to.FramesAsync(id, basis);
        Assert.InRange(Travelling(frames), 1, 1000);
        using var receiver = _from.Receiver();
        Assert.Equal(edited, (await receiver.FeedAsync(frames))!.BytesIn(_from));
    }

    [Fact]
    public async Task A_chain_of_deltas_goes_on()
    {
        var (content, basis) = (_old, await SyncAsync(_old));
        for (var i = 0; i < 10; i++)
        {
            content = [.. content[..(i * 1_000_003)], .. TestContents.Random(50, i), .. content[(i * 1_000_003)..]];
            basis = await AssertTravelsAsync(content, basis, most: 2000);
        }
    }

    [Fact]
    public async Task One_who_takes_no_deltas_gets_bytes()
    {
        var basis = await SyncAsync(_old);
        byte[] edited = [.. "seventeen bytes!!"u8, .. _old];
        var frames = new List<ContentFrame>();
        await foreach (var frame in _from.Sender().Send(new ContentRequest(1, default, _from.Has(edited).Id, basis, 0), TestContext.Current.CancellationToken)) frames.Add(frame);
        Assert.Empty(frames.OfType<ContentFrame.Delta>());
        Assert.NotEmpty(frames.OfType<ContentFrame.Data>());
    }

    [Fact]
    public async Task A_delta_goes_on_where_a_transfer_was_cut_off()
    {
        var basis = await SyncAsync(_old);
        var edited = (byte[])_old.Clone();
        for (var i = 0; i < 300; i++) TestContents.Random(700, i).CopyTo(edited, i * 40_000);
        var id = _from.Has(edited).Id;
        var frames = await _from.FramesAsync(id, basis);
        using (var receiver = _to.Receiver()) Assert.Null(await receiver.FeedAsync(frames.Take(frames.Count / 2)));
        using var second = _to.Receiver();
        var offset = second.ResumeOffset(id);
        Assert.InRange(offset, 1, edited.Length - 1);
        var rest = await _from.FramesAsync(id, basis, offset);
        Assert.InRange(Travelling(rest), 1, Travelling(frames) - 1);
        Assert.Equal(edited, (await second.FeedAsync(rest))!.BytesIn(_to));
    }

    [Fact]
    public async Task A_basis_that_was_edited_meanwhile_makes_no_wrong_byte()
    {
        var basis = await SyncAsync(_old);
        var frames = await _from.FramesAsync(_from.Has([.. "seventeen bytes!!"u8, .. _old]).Id, basis);
        using (var file = File.OpenHandle(_to.PathOf(basis), FileMode.Open, FileAccess.Write))
            for (var at = 0; at < _old.Length; at += 3000) RandomAccess.Write(file, "edited"u8, at);
        using var receiver = _to.Receiver();
        Assert.Equal(TransferStatus.NoBasis, (await receiver.FeedAsync(frames))!.Status);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(17)]
    [InlineData(512)]
    public async Task A_long_basis_is_told_by_its_sums(int inserted)
    {
        // Long enough to be read past the page cache, its last block not whole; the front may have moved.
        var old = TestContents.Random((34 << 20) + 77);
        var basis = await SyncAsync(old);
        var edited = (byte[])old.Clone();
        for (var i = 0; i < 8; i++) TestContents.Random(4096, 100 + i).CopyTo(edited, (i * 4_000_000) & ~4095);
        edited = [.. TestContents.Random(inserted, 7), .. edited];
        var next = await AssertTravelsAsync(edited, basis, most: 8 * (4096 + 1024) + inserted + 2500);
        await AssertTravelsAsync([.. edited, .. "and so on"u8], next, most: 1500);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(20_000_000)]
    [InlineData((34 << 20) + 70)]
    public async Task A_byte_of_a_long_basis_that_is_otherwise_makes_no_wrong_byte(int at)
    {
        var old = TestContents.Random((34 << 20) + 77);
        var basis = await SyncAsync(old);
        var frames = await _from.FramesAsync(_from.Has([.. old[..1_000_000], .. "in the middle"u8, .. old[1_000_000..]]).Id, basis);
        using (var file = File.OpenHandle(_to.PathOf(basis), FileMode.Open, FileAccess.Write))
            RandomAccess.Write(file, [(byte)(old[at] ^ 1)], at);
        using var receiver = _to.Receiver();
        Assert.Equal(TransferStatus.NoBasis, (await receiver.FeedAsync(frames))!.Status);
    }

    [Fact]
    public async Task Hostile_deltas_come_to_nothing()
    {
        var basis = await SyncAsync(_old);
        var frames = await _from.FramesAsync(_from.Has([.. "seventeen bytes!!"u8, .. _old]).Id, basis);
        var at = frames.FindIndex(f => f is ContentFrame.Delta);
        var delta = (ContentFrame.Delta)frames[at];
        foreach (var wrong in new[]
        {
            delta with { Steps = default },
            delta with { Literals = delta.Literals.ToArray().Append((byte)0).ToArray() },
            delta with { Literals = delta.Literals[1..] },
            delta with { Steps = new byte[] { 0, 0, 0 } },
            delta with { Steps = new byte[] { 0, 1, 5 }, Literals = default },
            delta with { Steps = new byte[] { 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f }, Literals = default },
            delta with { Steps = new byte[] { 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 1 }, Literals = default },
            delta with { Steps = delta.Steps[..^1] },
        })
        {
            using var receiver = _to.Receiver();
            var received = await receiver.FeedAsync([.. frames.Take(at), wrong, .. frames.Skip(at + 1)]);
            Assert.NotEqual(TransferStatus.Complete, received!.Status);
            Assert.NotNull(received.Detail);
            Assert.Null(received.StagedPath);
        }
    }

    [Fact]
    public async Task A_delta_that_makes_more_than_was_announced_is_refused_and_one_without_a_basis_too()
    {
        var basis = await SyncAsync(_old);
        var frames = await _from.FramesAsync(_from.Has([.. "seventeen bytes!!"u8, .. _old]).Id, basis);
        var last = frames.FindLastIndex(f => f is ContentFrame.Delta);
        var all = new byte[] { 0, 0, 0x80, 0x80, 0x80, 0x06 };
        using (var receiver = _to.Receiver())
            Assert.NotEqual(TransferStatus.Complete, (await receiver.FeedAsync([.. frames.Take(last + 1), new ContentFrame.Delta(1, all, default), .. frames.Skip(last + 1)]))!.Status);
        Assert.DoesNotContain(_to.StagedNames(), n => n.StartsWith("c-" + _from.Has([.. "seventeen bytes!!"u8, .. _old]).Id, StringComparison.Ordinal));

        var plain = await _from.FramesAsync(_from.Has(TestContents.Random(1 << 20, 55)).Id);
        using var other = _to.Receiver();
        Assert.Equal(TransferStatus.Corrupt, (await other.FeedAsync([plain[0], new ContentFrame.Delta(1, all, default)]))!.Status);
    }

    // As after the first sync: the one side hashed it, the other received it.
    private async Task<ContentId> SyncAsync(byte[] content)
    {
        var id = _from.Has(content, withManifest: false).Id;
        var received = await _from.MoveAsync(_to, id);
        Assert.Equal(TransferStatus.Complete, received.Status);
        _to.Has(content, withManifest: false);
        return id;
    }

    private async Task<ContentId> AssertTravelsAsync(byte[] edited, ContentId basis, long most)
    {
        var id = _from.Has(edited, withManifest: false).Id;
        var frames = await _from.FramesAsync(id, basis);
        Assert.InRange(Travelling(frames), 1, most);
        using var receiver = _to.Receiver();
        Assert.Equal(edited, (await receiver.FeedAsync(frames))!.BytesIn(_to));
        _to.Has(edited, withManifest: false);
        return id;
    }

    private static long Travelling(IReadOnlyList<ContentFrame> frames) =>
        frames.DataBytes() + frames.OfType<ContentFrame.Delta>().Sum(d => (long)d.Steps.Length + d.Literals.Length);
}
