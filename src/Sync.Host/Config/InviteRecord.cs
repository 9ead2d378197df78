namespace Sync.Host.Config;

/// <summary>An invite: who has its secret may pair. Only the secret's hash is kept.</summary>
internal sealed record InviteRecord
{
    /// <summary>SHA-256 of the secret, lower-case hexadecimal. The secret is random, so no salt or slow hash is needed.</summary>
    public required string SecretHash { get; init; }

    public required string Share { get; init; }

    public bool ReadOnly { get; init; }

    /// <summary>Of an ephemeral invite: how long a guest's right outlives its last session. Null: what it gives lasts.</summary>
    public TimeSpan? Linger { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }

    /// <summary>0 once it is used up; it is kept a while to say so.</summary>
    public int UsesLeft { get; init; }

    /// <summary>Names it in commands.</summary>
    public string Id => SecretHash[..8];
}
