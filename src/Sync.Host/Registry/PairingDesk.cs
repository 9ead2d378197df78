using Sync.Engine.Link;
using Sync.Host.Config;
using Sync.Protocol.Pairing;
using Sync.Shared.Data;
using Sync.Shared.Output;

namespace Sync.Host.Registry;

/// <summary>Redeems invites: the guest becomes known, with the right the invite gives.</summary>
/// <param name="config">Where it becomes known.</param>
/// <param name="parts">What shares have.</param>
/// <param name="time">The clock.</param>
/// <param name="ephemeral">Told of those that are not to stay; null: nobody forgets them.</param>
internal sealed class PairingDesk(ConfigStore<HostConfig> config, IShareParts parts, TimeProvider time, EphemeralGuests? ephemeral = null) : IPairingDesk
{
    public async ValueTask<PairingGrant> RedeemAsync(
        string fingerprint, ReadOnlyMemory<byte> secret, string proposedName, string subPath, bool visit, CancellationToken cancel)
    {
        // Only who has an invite that holds is told what a share has.
        var share = Check(InviteSecrets.Find(config.Current.Invites, secret.Span), config.Current).Share;
        if (subPath.Length > 0 && await parts.LacksAsync(share, subPath, cancel))
            throw new LinkException(LinkFailure.NoSuchShare, $"there is no directory '{Printable.Text(subPath)}' in share {share}; make it on the host, or join another part with --path");

        PairingGrant? grant = null;
        // What is about to end must not take what is given anew with it; and who never comes is forgotten too.
        using var stay = ephemeral?.Enter(fingerprint, share);
        // One change at a time: two guests cannot both take an invite's last use.
        config.Update(current =>
        {
            var invite = Check(InviteSecrets.Find(current.Invites, secret.Span), current);
            var known = current.FindGuest(fingerprint);
            var guest = known ?? new GuestRecord
            {
                Fingerprint = fingerprint,
                Name = ShareName.ForGuest(proposedName, name => current.Guests.Any(g => string.Equals(g.Name, name, StringComparison.OrdinalIgnoreCase))),
                PairedAt = time.GetUtcNow(),
                Ephemeral = true,
            };
            var right = Given(guest.FindRight(invite.Share), invite, visit);
            guest = guest.Without(invite.Share);
            guest = guest with { Rights = [.. guest.Rights, right], Ephemeral = guest.Ephemeral && right.IsEphemeral };
            grant = new PairingGrant(invite.Share, guest.Name, right.ReadOnly, Environment.MachineName, AlreadyPaired: known is not null);
            var used = invite with { UsesLeft = invite.UsesLeft - 1 };
            return current.With(guest) with { Invites = [.. current.Invites.Select(i => ReferenceEquals(i, invite) ? used : i)] };
        });
        return grant!;
    }

    /// <summary>The right by an invite. What lasts is left as it is by one that does not: nothing of that would be taken back.</summary>
    private static RightRecord Given(RightRecord? had, InviteRecord invite, bool visit)
    {
        // An agent that follows the share does so still, also where its machine pulls by an invite of its own.
        var visits = visit && had is not { Visits: false };
        if (had is { IsEphemeral: false } && invite.Linger is not null)
            return had with { Visits = visits };
        return (had ?? new RightRecord(invite.Share, invite.ReadOnly)) with { ReadOnly = invite.ReadOnly, Linger = invite.Linger, Visits = visits };
    }

    private InviteRecord Check(InviteRecord? invite, HostConfig current)
    {
        if (invite is null)
            throw new PairingException(PairingFailure.Unknown, "the host does not know this invite (any more); ask it for a new one with 'sync-host invite'");
        if (invite.ExpiresAt <= time.GetUtcNow())
            throw new PairingException(PairingFailure.Expired, "the invite has expired; ask the host for a new one with 'sync-host invite'");
        if (invite.UsesLeft <= 0)
            throw new PairingException(PairingFailure.UsedUp, "the invite was used as often as it may be; ask the host for a new one with 'sync-host invite'");
        if (current.FindShare(invite.Share) is null)
            throw new PairingException(PairingFailure.Denied, "the invite's share was removed from the host; ask it for another");
        return invite;
    }
}
