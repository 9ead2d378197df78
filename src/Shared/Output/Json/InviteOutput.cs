using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>An invite that is still open. Its secret is known to nobody but who got the token.</summary>
internal sealed record InviteOutput(string Id, string Share, bool ReadOnly, DateTimeOffset ExpiresAt, int UsesLeft, bool Ephemeral)
{
    public static InviteOutput From(InviteInfo invite) =>
        new(invite.Id, invite.Share, invite.ReadOnly, Text.Moment(invite.ExpiresAtUnixMs), invite.UsesLeft, invite.Ephemeral);
}
