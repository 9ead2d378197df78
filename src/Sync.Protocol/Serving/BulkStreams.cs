using System.Runtime.CompilerServices;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using Sync.Protocol.Sessions;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Serving;

/// <summary>The host's ends of a session's bulk streams.</summary>
internal static class BulkStreams
{
    public static async Task DownloadAsync(
        LiveSession live,
        IBulkLimits limits,
        IAsyncStreamReader<DownloadRequest> requests,
        IServerStreamWriter<Frame> responses,
        Func<CancellationToken, ValueTask> flush,
        CancellationToken cancel)
    {
        var compressor = new PayloadCompressor(live.Features.Contains(Features.Zstd));
        var sender = new FrameSender(new FrameWriter(compressor), compressor, responses)
        {
            Flush = flush,
            Groups = live.Features.Contains(Features.Groups),
            Pass = (bytes, stop) => limits.SendAsync(live.Guest, bytes, stop),
        };
        await using var frames = live.Session.Download(RequestsAsync(requests, cancel), cancel).GetAsyncEnumerator(cancel);
        while (true)
        {
            // Small contents come many at a time: they go out together.
            var next = frames.MoveNextAsync();
            if (!next.IsCompleted) await sender.FlushAsync(cancel);
            if (!await next) break;
            await sender.SendAsync(frames.Current, cancel);
        }

        await sender.FlushAsync(cancel);
    }

    public static async Task UploadAsync(
        LiveSession live, IBulkLimits limits, IAsyncStreamReader<Frame> requests, IServerStreamWriter<UploadResult> responses, CancellationToken cancel)
    {
        var decompressor = new PayloadDecompressor(live.Features.Contains(Features.Zstd));
        var frames = FrameReceiver.ReadAsync(new FrameReader(decompressor), requests, (bytes, stop) => limits.ReceiveAsync(live.Guest, bytes, stop), cancel);
        await foreach (var end in live.Session.Upload(frames, cancel).WithCancellation(cancel))
            await responses.WriteAsync(RequestMapping.ToWire(end), cancel);
    }

    private static async IAsyncEnumerable<ContentRequest> RequestsAsync(
        IAsyncStreamReader<DownloadRequest> requests, [EnumeratorCancellation] CancellationToken cancel)
    {
        while (await requests.MoveNext(cancel))
        {
            var message = requests.Current;
            if (message.More.Count >= WireLimits.MaxRequests) throw Bounds.Violation("a message has too many requests");
            yield return RequestMapping.FromWire(message);
            foreach (var more in message.More)
            {
                if (more.More.Count > 0) throw Bounds.Violation("a request within a request has requests");
                yield return RequestMapping.FromWire(more);
            }
        }
    }
}
