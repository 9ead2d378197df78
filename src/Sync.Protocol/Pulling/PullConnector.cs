using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sync.Engine.Link;
using Sync.Engine.Snapshots;
using Sync.Protocol.Connecting;
using Sync.Protocol.Identities;
using Sync.Protocol.Mapping;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Pulling;

/// <summary>Opens pulls at a host.</summary>
public static class PullConnector
{
    /// <summary>Connects to the host, which must have that fingerprint, and opens a pull.</summary>
    /// <param name="addresses">"host:port", tried in turn.</param>
    /// <param name="hostFingerprint">64 lower-case hexadecimal digits.</param>
    /// <param name="me">The guest's identity.</param>
    /// <param name="request">What is asked for.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="LinkException">The host is not reached, another machine answers, or it refuses.</exception>
    public static async Task<GuestPull> OpenAsync(IReadOnlyList<string> addresses, string hostFingerprint, PeerIdentity me, PullRequest request, CancellationToken cancel)
    {
        LinkException? worst = null;
        foreach (var text in addresses)
        {
            if (!PeerAddress.TryParse(text, out var address))
                throw new LinkException(LinkFailure.Unreachable, $"'{text}' is not an address: write {PeerAddress.Wanted}.");
            try
            {
                return await OpenAsync(address, hostFingerprint, me, request, NoBulkLimits.Instance, cancel);
            }
            catch (LinkException e) when (e.Failure is LinkFailure.Unreachable or LinkFailure.WrongPeer)
            {
                if (worst is null || worst.Failure == LinkFailure.Unreachable) worst = e;
            }
        }

        throw worst ?? new LinkException(LinkFailure.Unreachable, "No address to connect to is known: pull with a token, or give one with --address ADDRESS.");
    }

    /// <summary>Opens a pull at one address; what comes is held to the limits.</summary>
    internal static async Task<GuestPull> OpenAsync(PeerAddress address, string fingerprint, PeerIdentity me, PullRequest request, IBulkLimits limits, CancellationToken cancel)
    {
        var host = new PinnedHost(fingerprint);
        var channel = PeerChannel.Open(address, host, me, manyConnections: false, NullLoggerFactory.Instance, isBulk: true, PeerChannel.Patience);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(PeerChannel.Patience);
        AsyncDuplexStreamingCall<PullAsk, PulledMessage>? call = null;
        try
        {
            call = channel.CreateCallInvoker().AsyncDuplexStreamingCall(PullMethod.Method, null, new CallOptions(cancellationToken: cancel));
            await call.RequestStream.WriteAsync(new PullAsk { Hello = PullMapping.ToWire(request) }, deadline.Token);
            // Reached; the head may take longer, while the host looks at its disk.
            await call.ResponseHeadersAsync.WaitAsync(deadline.Token);
            if (!await call.ResponseStream.MoveNext(cancel) || call.ResponseStream.Current.Frame is not { KindCase: PullFrame.KindOneofCase.Head } first)
                throw Bounds.Violation("a pull that does not begin with a head");
            return new GuestPull(channel, call, PullMapping.FromWire(first.Head), address, host) { Pass = (bytes, over) => limits.ReceiveAsync(fingerprint, bytes, over) };
        }
        catch (Exception e)
        {
            call?.Dispose();
            channel.Dispose();
            cancel.ThrowIfCancellationRequested();
            if (e is OperationCanceledException)
                throw new LinkException(LinkFailure.Unreachable, $"The host at {address} did not answer within {PeerChannel.Patience.TotalSeconds:0} s. Check that sync-host runs there, and the network between.", e);
            if (e is RpcException or IOException or InvalidOperationException) throw CallFailures.ToLink(e, address, host);
            throw;
        }
    }
}
