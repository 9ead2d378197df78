using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Transfer;
using Xunit;

namespace Sync.Engine.Tests.Transfer;

/// <summary>Whatever a peer sends, only the content it announced can come of it.</summary>
public sealed class HostileFrameTests : IDisposable
{
    private readonly TransferReplica _from = new();
    private readonly TransferReplica _to = new(maxLength: 8 << 20);
    private readonly byte[] _content = TestContents.Random(1 << 20);
    private readonly ContentReceiver _receiver;

    public HostileFrameTests() => _receiver = _to.Receiver();

    public void Dispose()
    {
        _receiver.Dispose();
        _from.Dispose();
        _to.Dispose();
    }

    [Fact]
    public async Task A_small_content_must_be_its_bytes()
    {
        var other = TestContents.ManifestOf("other"u8).Id;
        await AssertCorrupt([new ContentFrame.Whole(1, other, "these"u8.ToArray())]);
        await AssertCorrupt([new ContentFrame.Whole(1, other, new byte[(64 << 10) + 1])]);
        Assert.Null(_to.Small.Find(other));
    }

    [Fact]
    public async Task A_chunk_list_must_be_the_contents_own()
    {
        var frames = await _from.FramesAsync(_from.Has(_content).Id);
        var start = (ContentFrame.Start)frames[0];
        await AssertCorrupt([start with { Content = TestContents.ManifestOf("other"u8).Id }]);
        await AssertCorrupt([start with { Id = 2, Manifest = start.Manifest[..^1] }]);
        await AssertCorrupt([start with { Id = 3, Manifest = ReadOnlyMemory<byte>.Empty }]);
        await AssertCorrupt([start with { Id = 4, Offset = _content.Length + 1 }]);
        await AssertCorrupt([start with { Id = 5, Offset = -1 }]);
    }

    [Fact]
    public async Task A_content_longer_than_is_acceptable_is_refused_before_anything_is_made() =>
        await AssertCorrupt(await _from.FramesAsync(_from.Has(TestContents.Random((8 << 20) + 1)).Id));

    [Fact]
    public async Task A_wrong_byte_anywhere_is_refused()
    {
        var frames = await _from.FramesAsync(_from.Has(_content).Id);
        for (var i = 1; i < frames.Count - 1; i += 5)
        {
            var wrong = ((ContentFrame.Data)frames[i]).Bytes.ToArray();
            wrong[^1] ^= 1;
            await AssertCorrupt([.. frames.Take(i), new ContentFrame.Data(1, wrong), .. frames.Skip(i + 1)], drain: true);
        }
    }

    [Fact]
    public async Task Frames_swapped_left_out_added_or_empty_are_refused()
    {
        var frames = await _from.FramesAsync(_from.Has(_content).Id);
        var end = frames[^1];
        await AssertCorrupt([frames[0], frames[2], frames[1], .. frames.Skip(3)], drain: true);
        await AssertCorrupt([.. frames.Take(3), .. frames.Skip(4)], drain: true);
        await AssertCorrupt([.. frames.SkipLast(2), end], drain: true);
        await AssertCorrupt([.. frames.SkipLast(1), new ContentFrame.Data(1, new byte[1]), end], drain: true);
        await AssertCorrupt([.. frames.Take(2), new ContentFrame.Data(1, default), .. frames.Skip(2)], drain: true);
        await AssertCorrupt([frames[0], end], drain: true);
        await AssertCorrupt([frames[0], frames[0], .. frames.Skip(1)], drain: true);
        await AssertCorrupt([.. frames.Take(3), new ContentFrame.Whole(1, Manifest.Empty.Id, default), .. frames.Skip(3)], drain: true);
    }

    [Fact]
    public async Task Frames_of_nothing_that_began_end_as_corrupt()
    {
        await AssertCorrupt([new ContentFrame.Data(7, new byte[10]), new ContentFrame.End(7, TransferStatus.Complete)], drain: true);
        await AssertCorrupt([new ContentFrame.End(8, TransferStatus.Complete)]);
        Assert.Equal(TransferStatus.Denied, (await _receiver.TakeAsync(new ContentFrame.End(9, TransferStatus.Denied), default))!.Status);
    }

    [Fact]
    public async Task Offsets_into_nothing_fail_and_the_next_ask_is_from_the_start()
    {
        var id = _from.Has(_content).Id;
        var frames = await _from.FramesAsync(id, default, 500_000);
        Assert.Equal(TransferStatus.Failed, (await _receiver.FeedAsync(frames))!.Status);
        Assert.Equal(0, _receiver.ResumeOffset(id));
        Assert.Empty(_to.StagedNames());
    }

    [Fact]
    public async Task A_missing_end_completes_nothing()
    {
        var id = _from.Has(_content).Id;
        Assert.Null(await _receiver.FeedAsync((await _from.FramesAsync(id)).SkipLast(1)));
        _receiver.Dispose();
        Assert.Equal([$"p-{id}"], _to.StagedNames());
    }

    [Fact]
    public async Task Transfers_under_way_are_bounded()
    {
        var start = (ContentFrame.Start)(await _from.FramesAsync(_from.Has(_content).Id))[0];
        for (var i = 1; i <= ContentReceiver.MaxOpen; i++) Assert.Null(await _receiver.TakeAsync(start with { Id = i }, default));
        Assert.Equal(TransferStatus.Failed, (await _receiver.TakeAsync(start with { Id = 1000 }, default))!.Status);
        Assert.NotNull(await _receiver.TakeAsync(new ContentFrame.End(1, TransferStatus.Failed), default));
        Assert.Null(await _receiver.TakeAsync(start with { Id = 1001 }, default));
        _receiver.Dispose();
        Assert.Empty(_to.StagedNames());
    }

    private async Task AssertCorrupt(IReadOnlyList<ContentFrame> frames, bool drain = false)
    {
        var at = 0;
        ReceivedContent? received = null;
        while (received is null && at < frames.Count) received = await _receiver.TakeAsync(frames[at++], default);
        Assert.Equal(TransferStatus.Corrupt, received?.Status);
        Assert.NotNull(received!.Detail);
        Assert.Null(received.StagedPath);
        Assert.Null(received.Bytes);
        Assert.Empty(_to.StagedNames());
        while (drain && at < frames.Count) Assert.Null(await _receiver.TakeAsync(frames[at++], default));
    }
}
