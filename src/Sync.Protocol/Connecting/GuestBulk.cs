using System.Runtime.CompilerServices;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using Sync.Protocol.Sessions;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Connecting;

/// <summary>The guest's ends of a session's bulk streams.</summary>
internal sealed class GuestBulk(Route route, Guid session, IReadOnlyCollection<string> features, CancellationToken ended)
{
    /// <summary>A connection that is lost ends all that is on it, one after the other.</summary>
    private static readonly TimeSpan OwnEnd = TimeSpan.FromSeconds(1);

    private readonly bool _zstd = features.Contains(Features.Zstd);
    private readonly int _requestsAtOnce = features.Contains(Features.Batches) ? WireLimits.MaxRequests : 1;
    private readonly Metadata _headers = new() { { WireNames.Session, session.ToString("N") } };

    public async IAsyncEnumerable<ContentFrame> Download(
        IAsyncEnumerable<ContentRequest> requests, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, ended);
        using var call = route.Downloads.AsyncDuplexStreamingCall(DownloadMethod.Method, null, new CallOptions(_headers, cancellationToken: stop.Token));
        var decompressor = new PayloadDecompressor(_zstd);
        var reader = new FrameReader(decompressor);
        var asking = AskAsync(call.RequestStream, requests, stop.Token);
        try
        {
            while (await NextAsync(call.ResponseStream, asking, stop, cancel))
            {
                var (message, data) = call.ResponseStream.Current;
                await PassAsync((data?.Bytes.Length ?? FrameSize.OfPayload(message!)) + FrameSize.Head, stop.Token, cancel);
                if (data is not null) yield return reader.Check(data);
                else foreach (var frame in reader.FromWire(message!)) yield return frame;
            }
        }
        finally
        {
            await stop.CancelAsync();
            await asking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public async IAsyncEnumerable<ContentFrame.End> Upload(
        IAsyncEnumerable<ContentFrame> frames, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, ended);
        using var call = route.Bulk.Upload(_headers, cancellationToken: stop.Token);
        var compressor = new PayloadCompressor(_zstd);
        var sender = new FrameSender(new FrameWriter(compressor), compressor, call.RequestStream) { Pass = (bytes, over) => route.Limits.SendAsync(route.PeerFingerprint, bytes, over) };
        var sending = SendAsync(sender, call.RequestStream, frames, stop.Token);
        try
        {
            while (await NextAsync(call.ResponseStream, sending, stop, cancel)) yield return RequestMapping.FromWire(call.ResponseStream.Current);
        }
        finally
        {
            await stop.CancelAsync();
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async ValueTask PassAsync(int bytes, CancellationToken stop, CancellationToken cancel)
    {
        try
        {
            await route.Limits.ReceiveAsync(route.PeerFingerprint, bytes, stop);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // The session has ended: the call's own end tells why.
        }
    }

    private async Task AskAsync(IClientStreamWriter<DownloadRequest> stream, IAsyncEnumerable<ContentRequest> requests, CancellationToken cancel)
    {
        await foreach (var group in requests.InGroups(_requestsAtOnce, cancel))
        {
            var message = RequestMapping.ToWire(group[0]);
            for (var i = 1; i < group.Count; i++) message.More.Add(RequestMapping.ToWire(group[i]));
            await stream.WriteAsync(message, cancel);
        }

        await stream.CompleteAsync();
    }

    private static async Task SendAsync(FrameSender sender, IClientStreamWriter<Frame> stream, IAsyncEnumerable<ContentFrame> frames, CancellationToken cancel)
    {
        await foreach (var frame in frames.WithCancellation(cancel)) await sender.SendAsync(frame, cancel);
        await stream.CompleteAsync();
    }

    /// <summary>The next message, or the true cause of there being none: a fault of the caller's own enumerable comes before the call's.</summary>
    private async Task<bool> NextAsync<T>(IAsyncStreamReader<T> stream, Task writing, CancellationTokenSource stop, CancellationToken cancel)
    {
        var next = stream.MoveNext(CancellationToken.None);
        var isEnded = false;
        try
        {
            if (!writing.IsCompleted) await Task.WhenAny(next, writing);
            // A lost connection may be told by the write first, as an IOException like one of the caller's disk: then the call ends by itself in a moment.
            if (IsOfDisk(writing) && !next.IsCompleted) await Task.WhenAny(next, Task.Delay(OwnEnd, cancel));
            isEnded = next.IsCompleted;
            if (writing.IsFaulted && !isEnded && !IsOfCall(writing)) await stop.CancelAsync();
            return await next;
        }
        catch (Exception e) when (e is RpcException or IOException or InvalidOperationException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            if (writing.IsFaulted && !IsOfCall(writing) && !(isEnded && IsOfDisk(writing))) await writing;
            throw CallFailures.ToLink(e, route.Address, route.Host);
        }
    }

    /// <summary>The write failed as a disk does, or a connection.</summary>
    private static bool IsOfDisk(Task writing) => writing.Exception?.InnerException is IOException;

    /// <summary>The write failed because the call did: the call's own status tells why.</summary>
    private static bool IsOfCall(Task writing) =>
        writing.Exception?.InnerException is RpcException or InvalidOperationException or OperationCanceledException;
}
