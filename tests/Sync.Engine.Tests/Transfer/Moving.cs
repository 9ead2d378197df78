using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Transfer;
using Xunit;

namespace Sync.Engine.Tests.Transfer;

/// <summary>Transfers as the tests speak of them.</summary>
internal static class Moving
{
    public static async Task<List<ContentFrame>> FramesAsync(this TransferReplica from, ContentId content, ContentId basis = default, long offset = 0, long id = 1)
    {
        var frames = new List<ContentFrame>();
        await foreach (var frame in from.Sender().Send(new ContentRequest(id, default, content, basis, offset) { TakesDeltas = true }, TestContext.Current.CancellationToken)) frames.Add(Kept(frame));
        return frames;
    }

    /// <summary>A frame that may be fed more than once.</summary>
    private static ContentFrame Kept(ContentFrame frame)
    {
        if (frame is not ContentFrame.Data data) return frame;
        var kept = new ContentFrame.Data(data.Id, data.Bytes.ToArray());
        data.Release();
        return kept;
    }

    /// <summary>Feeds frames until one of them ends a transfer; null if none does.</summary>
    public static async Task<ReceivedContent?> FeedAsync(this ContentReceiver receiver, IEnumerable<ContentFrame> frames)
    {
        foreach (var frame in frames)
            if (await receiver.TakeAsync(frame, TestContext.Current.CancellationToken) is { } received) return received;
        return null;
    }

    public static async Task<ReceivedContent> MoveAsync(this TransferReplica from, TransferReplica to, ContentId content, ContentId basis = default)
    {
        using var receiver = to.Receiver();
        return (await receiver.FeedAsync(await from.FramesAsync(content, basis, receiver.ResumeOffset(content))))!;
    }

    public static long DataBytes(this IEnumerable<ContentFrame> frames) => frames.OfType<ContentFrame.Data>().Sum(d => (long)d.Bytes.Length);

    public static byte[] BytesIn(this ReceivedContent received, TransferReplica replica)
    {
        Assert.Equal((TransferStatus.Complete, null), (received.Status, received.Detail));
        return received.Bytes ?? File.ReadAllBytes(replica.At(received.StagedPath!));
    }
}
