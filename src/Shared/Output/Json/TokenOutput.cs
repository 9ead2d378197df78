using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>A token for the API. The token itself is known to its owner alone.</summary>
internal sealed record TokenOutput(string Id, string Name, string Scope, string? Share, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? UsedAt)
{
    public static TokenOutput From(TokenInfo token) => new(
        token.Id,
        token.Name,
        token.Scope,
        Text.OrNull(token.Share),
        Text.Moment(token.CreatedAtUnixMs),
        Text.Moment(token.ExpiresAtUnixMs),
        token.UsedAtUnixMs == 0 ? null : Text.Moment(token.UsedAtUnixMs));
}
