using System.Globalization;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Grpc.Core;
using Sync.Engine.Link;
using Sync.Protocol.Identities;
using Sync.Protocol.Mapping;
using Sync.Protocol.Pairing;
using Sync.Protocol.Sessions;

namespace Sync.Protocol.Connecting;

/// <summary>What a failed call means, in words for people.</summary>
internal static class CallFailures
{
    private const int MaxDetail = 1024;

    public static LinkException ToLink(Exception exception, PeerAddress address, PinnedHost host) => exception switch
    {
        LinkException link => link,
        _ when host.Stranger is { } stranger => WrongPeer(address, host, stranger, exception),
        RpcException rpc => FromStatus(rpc, address),
        _ => new LinkException(LinkFailure.Unreachable, $"The connection to the host at {address} was lost. It is made anew.", exception),
    };

    /// <summary>The desk's reason, if it is one.</summary>
    public static PairingException? ToPairing(RpcException rpc) =>
        Reason(rpc, WireNames.PairingFailure) is { } reason
            ? new PairingException(Enum.IsDefined((PairingFailure)reason) ? (PairingFailure)reason : PairingFailure.Denied, Clean(rpc.Status.Detail))
            : null;

    private static LinkException FromStatus(RpcException rpc, PeerAddress address)
    {
        if (Reason(rpc, WireNames.Failure) is { } reason)
        {
            // A newer host may have reasons that are not known here: its words are shown, and it is tried again.
            var failure = reason is >= 0 and <= (int)LinkFailure.Unavailable ? (LinkFailure)reason : LinkFailure.Unavailable;
            return new LinkException(failure, $"The host at {address}: {Clean(rpc.Status.Detail)}", rpc);
        }

        return rpc.StatusCode switch
        {
            StatusCode.Unimplemented => new LinkException(
                LinkFailure.Incompatible, $"What listens at {address} does not speak this protocol: check the port, and that both sides have the same version.", rpc),
            StatusCode.ResourceExhausted or StatusCode.InvalidArgument => new LinkException(
                LinkFailure.Protocol, $"A message from or to the host at {address} breaks the protocol ({Clean(rpc.Status.Detail)}). Update both sides to the same version.", rpc),
            StatusCode.PermissionDenied or StatusCode.Unauthenticated => new LinkException(
                LinkFailure.NotAllowed, $"The host at {address} does not let this guest in: ask for an invite, and join again.", rpc),
            StatusCode.Unknown => new LinkException(
                LinkFailure.Unavailable, $"The host at {address} failed: see its log.", rpc),
            _ when ClosedInGoodOrder(rpc) => new LinkException(
                LinkFailure.Unavailable, $"The host at {address} closed the connection: it is stopping or restarting. It is tried again.", rpc),
            _ => new LinkException(LinkFailure.Unreachable, Unreachable(rpc, address), rpc),
        };
    }

    /// <summary>A stopping server's GOAWAY may overtake the status of a call that it ends.</summary>
    private static bool ClosedInGoodOrder(RpcException rpc)
    {
        for (var cause = rpc.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpProtocolException { ErrorCode: 0 }) return true;
        }

        return false;
    }

    private static string Unreachable(RpcException rpc, PeerAddress address)
    {
        for (var cause = rpc.Status.DebugException; cause is not null; cause = cause.InnerException)
        {
            switch (cause)
            {
                case DialException:
                    return cause.Message;
                case SocketException { SocketErrorCode: SocketError.ConnectionRefused }:
                    return $"Nothing listens at {address}. Start sync-host there, or check the port.";
                case SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain }:
                    return $"The name in {address} is not known. Check the name, or use the host's IP address.";
                case SocketException socket:
                    return $"The host at {address} cannot be reached ({socket.SocketErrorCode}). Check the network and firewalls between.";
                case AuthenticationException:
                    return $"What listens at {address} did not complete a TLS 1.3 handshake. Check that it is sync-host, and that nothing in between intercepts TLS.";
                default:
                    continue;
            }
        }

        return $"The connection to the host at {address} was lost. Check that sync-host runs there, and the network between.";
    }

    private static LinkException WrongPeer(PeerAddress address, PinnedHost host, string stranger, Exception inner) => new(
        LinkFailure.WrongPeer,
        $"Another machine answers at {address}: its fingerprint is {(stranger.Length == 0 ? "missing" : stranger)}, the host's is {host.Fingerprint}. "
        + "If the host was set up anew, ask for an invite and join again; if not, someone may be listening in.",
        inner);

    private static int? Reason(RpcException rpc, string trailer) =>
        int.TryParse(rpc.Trailers.GetValue(trailer), NumberStyles.None, CultureInfo.InvariantCulture, out var reason) ? reason : null;

    /// <summary>A peer's text, for a terminal or a log.</summary>
    private static string Clean(string text)
    {
        var clean = new StringBuilder(Math.Min(text.Length, MaxDetail));
        foreach (var c in text.AsSpan(0, Math.Min(text.Length, MaxDetail))) clean.Append(char.IsControl(c) || char.IsSurrogate(c) ? '?' : c);
        return Bounds.Cut(clean.ToString(), MaxDetail);
    }
}
