using System.Threading.Channels;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Transfer;
using Xunit;

namespace Sync.Engine.Tests.Transfer;

/// <summary>Many requests on one stream.</summary>
public sealed class ServingTests : IDisposable
{
    private readonly TransferReplica _from = new();
    private readonly TransferReplica _to = new();

    public void Dispose()
    {
        _from.Dispose();
        _to.Dispose();
    }

    [Fact]
    public async Task All_requests_are_answered_small_ones_in_order()
    {
        var contents = new Dictionary<long, byte[]>();
        var requests = new List<ContentRequest>();
        for (var i = 1; i <= 400; i++)
        {
            var content = TestContents.Random(i % 20 == 0 ? 300_000 + i : i % 7 * 1000, i);
            contents[i] = content;
            requests.Add(new ContentRequest(i, default, _from.Has(content).Id, default, 0));
        }

        requests.Add(new ContentRequest(401, default, TestContents.ManifestOf("nowhere"u8).Id, default, 0));
        var done = new List<ReceivedContent>();
        using var receiver = _to.Receiver();
        await foreach (var frame in _from.Sender().Serve(requests.ToAsyncEnumerable(), default))
            if (await receiver.TakeAsync(frame, default) is { } received) done.Add(received);

        Assert.Equal(401, done.Count);
        foreach (var received in done.Where(d => d.Id <= 400)) Assert.Equal(contents[received.Id], received.BytesIn(_to));
        Assert.Equal(TransferStatus.Superseded, done.Single(d => d.Id == 401).Status);
        var small = done.Where(d => d.Bytes is not null).Select(d => d.Id).ToList();
        Assert.Equal(380, small.Count);
        Assert.Equal(small.Order(), small);
    }

    [Fact]
    public async Task A_small_content_overtakes_large_ones_under_way_which_take_turns()
    {
        var large = new[] { 1, 2, 3 }.Select(i => _from.Has(TestContents.Random(20 << 20, i)).Id).ToList();
        var small = _from.Has("saved"u8.ToArray()).Id;
        var looked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _from.Locating = id =>
        {
            if (id == small) looked.TrySetResult();
        };
        var requests = Channel.CreateUnbounded<ContentRequest>();
        for (var i = 0; i < 3; i++) requests.Writer.TryWrite(new ContentRequest(i, default, large[i], default, 0));
        var ids = new List<long>();
        await foreach (var frame in _from.Sender().Serve(requests.Reader.ReadAllAsync(), default))
        {
            ids.Add(frame.Id);
            if (ids.Count == 100)
            {
                requests.Writer.TryWrite(new ContentRequest(9, default, small, default, 0));
                requests.Writer.Complete();
                // No frame is taken before it has been looked up.
                await looked.Task;
            }
        }

        // Some 900 frames of large contents were still to come.
        Assert.InRange(ids.IndexOf(9), 100, 300);
        Assert.InRange(ids.IndexOf(1), 0, ids.LastIndexOf(0));
        Assert.True(ids.IndexOf(2) > Math.Min(ids.LastIndexOf(0), ids.LastIndexOf(1)));
    }

    [Fact]
    public async Task A_stream_that_is_left_or_cancelled_leaves_nothing_running()
    {
        var large = _from.Has(TestContents.Random(20 << 20)).Id;
        var requests = Channel.CreateUnbounded<ContentRequest>();
        for (var i = 0; i < 50; i++) requests.Writer.TryWrite(new ContentRequest(i, default, large, default, 0));
        await foreach (var frame in _from.Sender().Serve(requests.Reader.ReadAllAsync(), default))
            if (frame is ContentFrame.Data) break;

        // The first stream has taken them all.
        for (var i = 0; i < 50; i++) requests.Writer.TryWrite(new ContentRequest(i, default, large, default, 0));
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var frame in _from.Sender().Serve(requests.Reader.ReadAllAsync(), stop.Token)) await stop.CancelAsync();
        });
    }

    [Fact]
    public async Task A_fault_of_the_request_stream_is_the_readers()
    {
        var requests = Channel.CreateUnbounded<ContentRequest>();
        requests.Writer.Complete(new LinkException(LinkFailure.Unreachable, "gone"));
        await Assert.ThrowsAsync<LinkException>(async () =>
        {
            await foreach (var frame in _from.Sender().Serve(requests.Reader.ReadAllAsync(), default)) Assert.Fail("nothing was asked for");
        });
    }

    [Fact]
    public async Task A_defect_of_the_locator_ends_the_stream_instead_of_hanging_it()
    {
        var id = _from.Has(TestContents.Random(1 << 20)).Id;
        var calls = 0;
        _from.Locating = _ =>
        {
            if (++calls == 2) throw new InvalidOperationException("broken");
        };
        var requests = Channel.CreateUnbounded<ContentRequest>();
        requests.Writer.TryWrite(new ContentRequest(1, default, id, default, 0));
        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
        {
            await foreach (var frame in _from.Sender().Serve(requests.Reader.ReadAllAsync(), default)) Assert.Fail("nothing can come");
        });
    }
}
