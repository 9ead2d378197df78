using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Logging.Abstractions;
using Sync.Engine.Link;
using Sync.Protocol.Connecting;
using Sync.Protocol.Identities;
using Sync.Protocol.Invites;
using Sync.Protocol.Mapping;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Pairing;

/// <summary>Redeems an invite at the host that gave it.</summary>
public static class PairingClient
{
    /// <summary>Connects to the host, which must have the invite's fingerprint, and redeems the invite for <paramref name="me"/>.</summary>
    /// <param name="invite">As parsed.</param>
    /// <param name="address">"host:port" to go to instead of the invite's addresses; null for those.</param>
    /// <param name="me">Who is to be known from now on.</param>
    /// <param name="guestName">The proposed name: 1 to 255 bytes, no control characters.</param>
    /// <param name="subPath">The part of the share that will be asked for; "" for all of it. A host that knows it has none refuses.</param>
    /// <param name="visit">It is to pull and push alone, not to follow the share.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="PairingException">The host does not redeem it.</exception>
    /// <exception cref="LinkException">The host is not reached, another machine answers, or the share has no such part.</exception>
    public static async Task<PairingGrant> PairAsync(
        Invite invite, string? address, PeerIdentity me, string guestName, string subPath, bool visit, CancellationToken cancel)
    {
        LinkException? worst = null;
        foreach (var text in address is null ? invite.Addresses : [address])
        {
            if (!PeerAddress.TryParse(text, out var parsed))
                throw new LinkException(LinkFailure.Unreachable, $"'{text}' is not an address: write {PeerAddress.Wanted}.");
            try
            {
                return await TryAsync(invite, parsed, me, guestName, subPath, visit, cancel);
            }
            catch (LinkException e) when (e.Failure is LinkFailure.Unreachable or LinkFailure.WrongPeer)
            {
                if (worst is null || worst.Failure == LinkFailure.Unreachable) worst = e;
            }
        }

        throw worst ?? new LinkException(LinkFailure.Unreachable, "The invite names no address: give one with --address ADDRESS.");
    }

    private static async Task<PairingGrant> TryAsync(
        Invite invite, PeerAddress address, PeerIdentity me, string guestName, string subPath, bool visit, CancellationToken cancel)
    {
        var host = new PinnedHost(invite.HostFingerprint);
        using var channel = PeerChannel.Open(address, host, me, manyConnections: false, NullLoggerFactory.Instance, patience: PeerChannel.Patience);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(PeerChannel.Patience);
        try
        {
            var request = new PairRequest
            {
                Secret = ByteString.CopyFrom(invite.Secret),
                GuestName = guestName,
                Versions = new VersionRange { Oldest = WireLimits.OldestVersion, Newest = WireLimits.NewestVersion },
                SubPath = subPath,
                Visit = visit,
            };
            var reply = await new Peer.PeerClient(channel).PairAsync(request, cancellationToken: deadline.Token);
            return new PairingGrant(
                Bounds.Something(reply.Share, WireLimits.MaxName, "the share's name"),
                Bounds.Something(reply.GuestName, WireLimits.MaxName, "the guest's name"),
                reply.ReadOnly,
                Bounds.Text(reply.HostName, WireLimits.MaxName, "the host's name"),
                reply.AlreadyPaired);
        }
        catch (RpcException e)
        {
            cancel.ThrowIfCancellationRequested();
            throw CallFailures.ToPairing(e) ?? (Exception)CallFailures.ToLink(e, address, host);
        }
    }
}
