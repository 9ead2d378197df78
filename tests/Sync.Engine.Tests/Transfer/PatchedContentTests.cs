using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Xunit;

namespace Sync.Engine.Tests.Transfer;

/// <summary>A small content travels as a patch of what stands in its place, or whole; never as anything else.</summary>
public sealed class PatchedContentTests : IDisposable
{
    private readonly TransferReplica _from = new();
    private readonly TransferReplica _to = new();
    private readonly byte[] _old = TestContents.Random(30_000);
    private readonly byte[] _new;
    private readonly ContentId _id;
    private readonly string _path;

    public PatchedContentTests()
    {
        _new = [.. _old[..12_000], .. "one line more\n"u8, .. _old[12_000..]];
        _id = _from.Has(_new).Id;
        _path = Path.GetFileName(_to.PathOf(_to.Has(_old).Id));
    }

    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
    }

    [Fact]
    public async Task A_new_version_travels_as_a_patch()
    {
        using var receiver = _to.Receiver();
        var patched = Assert.IsType<ContentFrame.Patched>(await AnswerAsync(receiver.Bases.Read(1, _to.Fs, _path)));
        Assert.InRange(patched.Literals.Length, 14, 1024);
        var received = await receiver.TakeAsync(patched, TestContext.Current.CancellationToken);
        Assert.Equal((TransferStatus.Complete, _id), (received!.Status, received.Content));
        Assert.Equal(_new, received.Bytes);
        Assert.Equal(_new, _to.Small.Find(_id));
        Assert.Null(receiver.Bases.Take(1));
    }

    [Fact]
    public async Task What_was_read_counts_and_not_what_stands_there_by_then()
    {
        using var receiver = _to.Receiver();
        var patched = await AnswerAsync(receiver.Bases.Read(1, _to.Fs, _path));
        File.WriteAllText(_to.At(_path), "an edit meanwhile");
        Assert.Equal(_new, (await receiver.TakeAsync(patched, TestContext.Current.CancellationToken))!.Bytes);
    }

    [Fact]
    public async Task A_patch_that_makes_another_content_is_not_taken_for_it()
    {
        using var receiver = _to.Receiver();
        var patched = Assert.IsType<ContentFrame.Patched>(await AnswerAsync(receiver.Bases.Read(1, _to.Fs, _path)));
        var wrong = patched.Literals.ToArray();
        wrong[0] ^= 1;
        var received = await receiver.TakeAsync(patched with { Literals = wrong }, TestContext.Current.CancellationToken);
        // It is told by its own name, so nobody takes it for the one that was asked for.
        Assert.NotEqual(_id, received!.Content);
        Assert.Null(_to.Small.Find(_id));
    }

    [Fact]
    public async Task A_patch_that_was_not_asked_for_is_refused()
    {
        using var receiver = _to.Receiver();
        var received = await receiver.TakeAsync(new ContentFrame.Patched(7, 100, new byte[] { 0, 0, 100 }, default), TestContext.Current.CancellationToken);
        Assert.Equal(TransferStatus.Corrupt, received!.Status);
    }

    [Fact]
    public async Task Nothing_alike_travels_whole()
    {
        using var receiver = _to.Receiver();
        File.WriteAllBytes(_to.At(_path), new byte[30_001]);
        Assert.IsType<ContentFrame.Whole>(await AnswerAsync(receiver.Bases.Read(1, _to.Fs, _path)));
    }

    [Theory]
    [InlineData(PatchSums.WorthwhileLength - 1), InlineData(PatchSums.MaxLength + 1)]
    public void What_is_too_short_or_too_long_has_no_sums(int length)
    {
        using var receiver = _to.Receiver();
        File.WriteAllBytes(_to.At(_path), new byte[length]);
        Assert.Null(receiver.Bases.Read(1, _to.Fs, _path));
    }

    private async Task<ContentFrame> AnswerAsync(PatchSums? sums) => Assert.Single(
        await _from.Sender().Serve(new[] { new ContentRequest(1, EntryId.Root, _id, default, 0) { Sums = sums } }.ToAsyncEnumerable(), TestContext.Current.CancellationToken).ToListAsync(TestContext.Current.CancellationToken));
}
