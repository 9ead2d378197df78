using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Sync.Protocol.Identities;

namespace Sync.Protocol.Serving;

/// <summary>What stands around the handshake on a peer endpoint: admission before it, identity and a stranger's deadline after it.</summary>
internal sealed class PeerConnectionHandler(ConnectionGate gate, IGuestDirectory guests, TimeProvider time)
{
    /// <summary>How long an identity that is not known may stay: enough to redeem an invite.</summary>
    public static readonly TimeSpan StrangerDeadline = TimeSpan.FromSeconds(30);

    /// <summary>Before the handshake.</summary>
    public async Task AdmitAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        using var lease = gate.TryEnter(address);
        if (lease is null)
        {
            connection.Abort(new ConnectionAbortedException("Too many connections."));
            return;
        }

        connection.Features.Set(lease);
        await next(connection);
    }

    /// <summary>After the handshake.</summary>
    public async Task IdentifyAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var certificate = connection.Features.Get<ITlsConnectionFeature>()?.ClientCertificate;
        var lease = connection.Features.Get<ConnectionLease>();
        if (certificate is null || lease is null)
        {
            connection.Abort(new ConnectionAbortedException("No client certificate."));
            return;
        }

        var peer = new PeerConnection(PeerIdentity.FingerprintOf(certificate));
        connection.Features.Set(peer);
        if (guests.IsKnown(peer.Fingerprint))
        {
            if (lease.TryMarkKnown(peer.Fingerprint)) await next(connection);
            else connection.Abort(new ConnectionAbortedException("Too many connections of one guest."));
            return;
        }

        await using var deadline = time.CreateTimer(
            _ =>
            {
                if (!guests.IsKnown(peer.Fingerprint) || !lease.TryMarkKnown(peer.Fingerprint))
                    connection.Abort(new ConnectionAbortedException("Not paired in time."));
            },
            null,
            StrangerDeadline,
            Timeout.InfiniteTimeSpan);
        await next(connection);
    }
}
