using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Replicas;
using Sync.Host.Config;
using Sync.Protocol.Control;

namespace Sync.Host.Registry;

/// <summary>What a guest may do with a share, from what is configured and what it asks for.</summary>
internal static class ShareGrants
{
    /// <summary>The grant of one session.</summary>
    /// <param name="config">In force.</param>
    /// <param name="fingerprint">The guest.</param>
    /// <param name="share">As asked for.</param>
    /// <param name="asked">The direction the guest would like.</param>
    /// <exception cref="LinkException">It may not use the share.</exception>
    public static GuestGrant Of(HostConfig config, string fingerprint, string share, SyncDirection? asked)
    {
        if (config.FindGuest(fingerprint) is not { } guest)
            throw new LinkException(LinkFailure.NotAllowed, "this guest is not paired with the host (any more); join again with a new invite");
        if (guest.FindRight(share) is not { } right || config.FindShare(share) is not { } record)
            throw new LinkException(LinkFailure.NotAllowed, $"guest {guest.Name} may not use the share {share} (any more); join again with a new invite");

        var policy = record.Policy.ToPolicy();
        var given = right.Direction is { } word && ReplicaWords.TryParseGuest(word, out var own) ? own : policy.GuestDirection;
        var conflicts = right.Conflicts is { } conflictWord && ReplicaWords.TryParse(conflictWord, out var parsed) ? parsed : (ConflictPolicy?)null;
        return new GuestGrant(guest.Fingerprint, guest.Name, right.ReadOnly, Narrow(given, asked, right.ReadOnly, guest.Name, share), conflicts) { IsEphemeral = right.IsEphemeral || right.Visits };
    }

    /// <summary>The grant of a pull: any right to the share will do.</summary>
    /// <exception cref="LinkException">It has none.</exception>
    public static GuestGrant OfPull(HostConfig config, string fingerprint, string share)
    {
        if (config.FindGuest(fingerprint) is not { } guest)
            throw new LinkException(LinkFailure.NotAllowed, "this guest is not paired with the host (any more); pull with a new invite");
        if (guest.FindRight(share) is not { } right || config.FindShare(share) is null)
            throw new LinkException(LinkFailure.NotAllowed, $"guest {guest.Name} may not use the share {share} (any more); pull with a new invite");
        return new GuestGrant(guest.Fingerprint, guest.Name, right.ReadOnly, Direction: null, Conflicts: null);
    }

    /// <summary>The direction in force: a guest may ask for less than it was given, never for more.</summary>
    private static SyncDirection Narrow(SyncDirection given, SyncDirection? asked, bool readOnly, string guest, string share)
    {
        var direction = (given, asked) switch
        {
            (_, null) => given,
            (SyncDirection.TwoWay, { } any) => any,
            (SyncDirection.ReceiveOnly, SyncDirection.Mirror) => SyncDirection.Mirror,
            _ => given,
        };
        if (!readOnly)
            return direction;
        return direction switch
        {
            SyncDirection.TwoWay => SyncDirection.ReceiveOnly,
            SyncDirection.SendOnly => throw new LinkException(
                LinkFailure.NotAllowed, $"guest {guest} would only send to the share {share}, but may only read it; change its direction, or invite it without --read-only"),
            _ => direction,
        };
    }
}
