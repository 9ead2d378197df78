using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using Sync.Protocol.Pairing;
using Sync.Protocol.Sessions;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Serving;

/// <summary>The calls of guests: who may make them, and their failures as statuses.</summary>
internal sealed class PeerService(
    IShareServer shares, IGuestDirectory guests, PairingCounter pairing, SessionTable sessions, MeasureDesk measuring, IBulkLimits limits, TimeProvider time, IHostApplicationLifetime lifetime)
    : Peer.PeerBase
{
    public override async Task<PairReply> Pair(PairRequest request, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var fingerprint = Identify(http);
        try
        {
            var reply = await pairing.PairAsync(fingerprint, http.Connection.RemoteIpAddress ?? IPAddress.None, request, context.CancellationToken);
            // With too many connections it stays a stranger, and is ended as one.
            if (guests.IsKnown(fingerprint)) http.Features.Get<ConnectionLease>()?.TryMarkKnown(fingerprint);
            return reply;
        }
        catch (PairingException e)
        {
            throw Refusals.ToRpc(e);
        }
        catch (LinkException e)
        {
            throw Refusals.ToRpc(e);
        }
    }

    public override Task Session(IAsyncStreamReader<GuestEnvelope> requestStream, IServerStreamWriter<HostEnvelope> responseStream, ServerCallContext context) =>
        RunAsync(context, (guest, cancel) =>
            new HostSession(guest, shares, sessions, time, requestStream, responseStream, context.GetHttpContext().Abort).RunAsync(cancel));

    public override Task Download(IAsyncStreamReader<DownloadRequest> requestStream, IServerStreamWriter<Frame> responseStream, ServerCallContext context) =>
        RunAsync(context, async (guest, cancel) =>
        {
            var live = sessions.Find(guest, context.RequestHeaders.GetValue(WireNames.Session));
            using var stream = live.OpenStream();
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, live.Ended);
            var output = context.GetHttpContext().Response.BodyWriter;
            await BulkStreams.DownloadAsync(
                live, limits, requestStream, responseStream, async stopping => await output.FlushAsync(stopping), both.Token);
        });

    public override Task Upload(IAsyncStreamReader<Frame> requestStream, IServerStreamWriter<UploadResult> responseStream, ServerCallContext context) =>
        RunAsync(context, async (guest, cancel) =>
        {
            var live = sessions.Find(guest, context.RequestHeaders.GetValue(WireNames.Session));
            using var stream = live.OpenStream();
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel, live.Ended);
            await BulkStreams.UploadAsync(live, limits, requestStream, responseStream, both.Token);
        });

    public override Task Pull(IAsyncStreamReader<PullAsk> requestStream, IServerStreamWriter<PullFrame> responseStream, ServerCallContext context) =>
        RunAsync(context, async (guest, cancel) =>
        {
            // Before the head, which may take long: the guest knows that it has reached the host.
            await context.WriteResponseHeadersAsync([]);
            await new HostPull(guest, shares, limits, time, requestStream, responseStream, context.GetHttpContext().Abort).RunAsync(cancel);
        });

    public override Task Measure(IAsyncStreamReader<MeasureRequest> requestStream, IServerStreamWriter<MeasureReply> responseStream, ServerCallContext context) =>
        RunAsync(context, (guest, cancel) => measuring.RunAsync(guest, requestStream, responseStream, cancel));

    /// <summary>Runs a call of a guest that is known; it ends with the host.</summary>
    private async Task RunAsync(ServerCallContext context, Func<string, CancellationToken, Task> call)
    {
        try
        {
            var guest = Identify(context.GetHttpContext());
            if (!guests.IsKnown(guest))
                throw new LinkException(LinkFailure.NotAllowed, "This host does not know the guest (any more): ask for an invite, and join again.");
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
            await call(guest, ended.Token);
        }
        catch (LinkException e)
        {
            throw Refusals.ToRpc(e);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw Refusals.ToRpc(new LinkException(LinkFailure.Unavailable, "The host is shutting down."));
        }
        catch (InvalidProtocolBufferException)
        {
            // An IOException too, but what was lost is not the connection.
            throw Refusals.ToRpc(Bounds.Violation("a message that is none"));
        }
        catch (IOException)
        {
            // The transport's own exception for a guest that is gone; nobody reads the status.
            throw Refusals.ToRpc(new LinkException(LinkFailure.Unreachable, "The guest's connection was lost."));
        }
        catch (OperationCanceledException)
        {
            throw Refusals.ToRpc(new LinkException(LinkFailure.Unavailable, "The session has ended."));
        }
    }

    private static string Identify(HttpContext http) =>
        http.Features.Get<PeerConnection>()?.Fingerprint
        ?? throw Refusals.ToRpc(new LinkException(LinkFailure.NotAllowed, "This endpoint is not for guests."));
}
