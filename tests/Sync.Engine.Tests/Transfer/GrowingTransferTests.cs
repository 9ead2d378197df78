using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Scanning;
using Sync.Engine.Transfer;
using Xunit;

namespace Sync.Engine.Tests.Transfer;

/// <summary>A long content goes out while it is still being read, and what arrives is that content or none.</summary>
public sealed class GrowingTransferTests : IDisposable
{
    private const long Least = 1 << 20;
    private readonly TransferReplica _from = new();
    private readonly TransferReplica _to = new();
    private readonly List<HostMessage.Growing> _told = [];
    private readonly byte[] _old = TestContents.Random(12 << 20);

    public GrowingTransferTests() => _from.Growing = new GrowingContents(() => true, _told.Add) { Least = Least };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
    }

    [Theory]
    [InlineData("new")]
    [InlineData("pages")]
    [InlineData("insertion")]
    [InlineData("shortened")]
    [InlineData("scattered")]
    public async Task It_arrives_leg_by_leg(string kind)
    {
        var basis = kind == "new" ? default : Sync(_old);
        var content = Edited(kind);
        var expected = TestContents.ManifestOf(content);
        var frames = await FramesAsync(content, basis);
        Assert.Equal(expected.Id, Told(hasEnded: true).Content);
        Assert.InRange(frames.OfType<ContentFrame.Start>().Count(), 3, 12);
        Assert.InRange(frames.Sum(Fetcher.LengthOf), 0, kind == "new" ? content.Length * 51L / 50 : kind == "scattered" ? 400_000 : 40_000);
        using var receiver = _to.Receiver();
        Assert.Equal(content, (await receiver.FeedAsync(frames))!.BytesIn(_to));
        Assert.Equal(["c-" + expected.Id], _to.StagedNames());
        // What it learned on the way is a basis for what follows, as ever.
        Assert.NotNull(new VerifiedManifests(_to.Manifests).Find(expected.Id));
    }

    [Fact]
    public void Nobody_is_told_of_what_is_as_it_was_or_nearly_read()
    {
        Sync(_old);
        Read(_old);
        Assert.Empty(_told);
        Read([.. _old[..^100], .. TestContents.Random(100, 4)]);
        Assert.Empty(_told);
        Read(TestContents.Random((int)Least - 1, 3));
        Assert.Empty(_told);
        // Of another length it is another, wherever.
        Read([.. _old, 1]);
        Assert.Equal(2, _told.Count);
    }

    [Fact]
    public async Task What_changes_while_it_is_read_comes_to_nothing()
    {
        var content = TestContents.Random(8 << 20, 7);
        var growing = Open(content);
        var sending = SendAsync(default);
        Feed(growing, TestContents.ManifestOf(content), 0, 40);
        _from.Growing!.End(growing, null);
        var frames = await sending;
        Assert.Equal(TransferStatus.Superseded, Assert.IsType<ContentFrame.End>(frames[^1]).Status);
        Assert.True(Told(hasEnded: true).Content.IsNone);
        using var receiver = _to.Receiver();
        Assert.Equal(TransferStatus.Superseded, (await receiver.FeedAsync(frames))!.Status);
        receiver.Dispose();
        Assert.Empty(_to.StagedNames());
        // And afterwards there is nothing to be had by its token.
        Assert.Equal(TransferStatus.Superseded, Assert.IsType<ContentFrame.End>(Assert.Single(await SendAsync(default))).Status);
    }

    [Fact]
    public async Task A_writer_at_work_ends_it_at_the_next_leg()
    {
        var content = TestContents.Random(8 << 20, 8);
        var growing = Open(content);
        var manifest = TestContents.ManifestOf(content);
        File.AppendAllText(_from.At(growing.Path), "more");
        Feed(growing, manifest, 0, manifest.Count);
        _from.Growing!.End(growing, manifest);
        Assert.Equal(TransferStatus.Superseded, Assert.IsType<ContentFrame.End>(Assert.Single(await SendAsync(default))).Status);
    }

    [Fact]
    public async Task Bytes_that_are_no_longer_those_of_the_list_are_refused()
    {
        var content = TestContents.Random(6 << 20, 9);
        var frames = await FramesAsync(content, default);
        var at = frames.FindLastIndex(f => f is ContentFrame.Data);
        var wrong = ((ContentFrame.Data)frames[at]).Bytes.ToArray();
        wrong[5] ^= 1;
        frames[at] = new ContentFrame.Data(1, wrong);
        await AssertRefusedAsync(frames);
    }

    [Fact]
    public async Task Legs_must_go_on_from_one_another()
    {
        var basis = Sync(_old);
        var frames = await FramesAsync(Edited("scattered"), basis);
        var starts = frames.Select((f, i) => (Frame: f as ContentFrame.Start, Index: i)).Where(s => s.Frame is not null).ToList();
        var (second, at) = (starts[1].Frame!, starts[1].Index);
        var other = TestContents.ManifestOf(TestContents.Random(12 << 20, 77));
        await Mutated(second with { Offset = second.Offset - 1 });
        await Mutated(second with { Basis = default });
        await Mutated(second with { Manifest = other.Encode(), Content = other.Id });
        await Mutated(second with { Content = other.Id });
        await Mutated(starts[0].Frame!);
        // All of the one before must have come.
        await AssertRefusedAsync([.. frames[..(at - 1)], .. frames[at..]]);

        Task Mutated(ContentFrame.Start start) => AssertRefusedAsync([.. frames[..at], start, .. frames[(at + 1)..]]);
    }

    [Fact]
    public async Task A_list_that_ends_where_the_chunker_does_not_cut_cannot_go_on()
    {
        var content = TestContents.Random(6 << 20, 10);
        var whole = TestContents.ManifestOf(content);
        // A front of its own right, as content: it ends in the middle of a chunk of the whole.
        var front = TestContents.ManifestOf(content.AsSpan(0, (int)whole.OffsetOf(20) + 5000));
        var longer = Manifest.OfFront([.. front.Ids, .. whole.Ids[21..]], [.. Enumerable.Range(1, front.Count).Select(front.OffsetOf), .. Enumerable.Range(22, whole.Count - 21).Select(whole.OffsetOf)]);
        using var receiver = _to.Receiver();
        var received = await receiver.FeedAsync(
        [
            new ContentFrame.Start(1, front.Id, default, 0, front.Encode()) { GrowsTo = content.Length },
            .. content[..(int)front.Length].Chunk(64 << 10).Select(b => new ContentFrame.Data(1, b)),
            new ContentFrame.Start(1, longer.Id, default, front.Length, longer.Encode()),
        ]);
        Assert.Equal(TransferStatus.Corrupt, received!.Status);
        Assert.Empty(_to.StagedNames());
    }

    [Fact]
    public async Task A_second_list_is_refused_where_the_first_was_all()
    {
        var content = TestContents.Random(6 << 20, 11);
        var frames = await FramesAsync(content, default);
        using var receiver = _to.Receiver();
        Assert.Equal(TransferStatus.Corrupt, (await receiver.FeedAsync(frames.Select(f => f is ContentFrame.Start start ? start with { GrowsTo = 0 } : f)))!.Status);
        Assert.Empty(_to.StagedNames());
    }

    [Fact]
    public async Task It_grows_no_longer_than_was_said()
    {
        var content = TestContents.Random(6 << 20, 13);
        var frames = await FramesAsync(content, default);
        await AssertRefusedAsync(frames.Select(f => f is ContentFrame.Start start ? start with { GrowsTo = content.Length - 1 } : f));
        await AssertRefusedAsync(frames.Select(f => f is ContentFrame.Start start ? start with { GrowsTo = long.MaxValue } : f));
    }

    [Fact]
    public async Task What_is_cut_off_leaves_nothing()
    {
        var content = TestContents.Random(6 << 20, 12);
        var frames = await FramesAsync(content, default);
        using (var receiver = _to.Receiver()) Assert.Null(await receiver.FeedAsync(frames[..(frames.Count / 2)]));
        Assert.Empty(_to.StagedNames());
    }

    private async Task AssertRefusedAsync(IEnumerable<ContentFrame> frames)
    {
        using (var receiver = _to.Receiver())
            Assert.NotEqual(TransferStatus.Complete, (await receiver.FeedAsync(frames))!.Status);
        Assert.Empty(_to.StagedNames());
    }

    private byte[] Edited(string kind)
    {
        var edited = (byte[])_old.Clone();
        switch (kind)
        {
            case "new": return TestContents.Random(12 << 20, 5);
            case "insertion": return [.. "seventeen bytes!!"u8, .. _old];
            case "shortened": return [.. _old[..100_000], .. _old[4_000_000..9_000_000]];
            case "scattered": return [.. _old.Chunk(400_000).SelectMany((chunk, i) => (byte[])[.. chunk, .. TestContents.Random(1000 + i, i)])];
            default:
                for (var i = 0; i < 6; i++) TestContents.Random(4096, 100 + i).CopyTo(edited, (i * 1_900_000) & ~4095);
                return edited;
        }
    }

    private HostMessage.Growing Told(bool hasEnded) => Assert.Single(_told, t => t.HasEnded == hasEnded);

    /// <summary>Both sides have it, and know its chunks and sums.</summary>
    private ContentId Sync(byte[] content)
    {
        foreach (var side in new[] { _from, _to })
        {
            var manifest = side.Has(content);
            var summer = new BlockSummer(side.Manifests.Key, content.Length);
            summer.Append(content);
            side.Manifests.WriteSums(manifest.Id, summer.Finish()!);
        }

        return TestContents.ManifestOf(content).Id;
    }

    /// <summary>The file is read, and who is told of it asks at once and gets all there is, bit by bit.</summary>
    private async Task<List<ContentFrame>> FramesAsync(byte[] content, ContentId basis)
    {
        var growing = Open(content);
        var manifest = TestContents.ManifestOf(content);
        Task<List<ContentFrame>>? sending = null;
        var legs = Channel.CreateUnbounded<ContentFrame.Start>();
        for (var (i, sent) = (0, 0L); i < manifest.Count; i += 10)
        {
            var end = Math.Min(manifest.Count, i + 10);
            Feed(growing, manifest, i, end);
            if (_told.Count == 0) continue;
            sending ??= SendAsync(basis, legs.Writer);
            if (manifest.OffsetOf(end) - sent < Math.Max(Least, sent / 4)) continue;
            // All that is known by now goes as one leg.
            await legs.Reader.ReadAsync(Cancel);
            sent = manifest.OffsetOf(end);
        }

        _from.Growing!.End(growing, manifest);
        return await sending!;
    }

    private void Read(byte[] content)
    {
        var growing = Open(content);
        if (growing is null) return;
        var manifest = TestContents.ManifestOf(content);
        Feed(growing, manifest, 0, manifest.Count);
        _from.Growing!.End(growing, manifest);
    }

    private GrowingContent Open(byte[] content)
    {
        File.WriteAllBytes(_from.At("grown"), content);
        var former = new VerifiedManifests(_from.Manifests).Find(TestContents.ManifestOf(_old).Id);
        return _from.Growing!.Open("grown", _from.Stat("grown").Stamp, former)!;
    }

    private static void Feed(GrowingContent growing, Manifest manifest, int from, int to)
    {
        for (var i = from; i < to; i++) growing.Found(manifest.Ids[i], manifest.OffsetOf(i + 1));
    }

    private async Task<List<ContentFrame>> SendAsync(ContentId basis, ChannelWriter<ContentFrame.Start>? legs = null)
    {
        var frames = new List<ContentFrame>();
        var request = new ContentRequest(1, EntryId.Root, default, basis, 0) { TakesDeltas = true, Growing = _told.Count == 0 ? 1 : _told[0].Token };
        await foreach (var frame in _from.Sender().Send(request, Cancel))
        {
            if (frame is ContentFrame.Data data)
            {
                frames.Add(new ContentFrame.Data(1, data.Bytes.ToArray()));
                data.Release();
            }
            else frames.Add(frame);

            if (frame is ContentFrame.Start leg) legs?.TryWrite(leg);
        }

        return frames;
    }
}
