namespace Sync.Host.Config;

/// <summary>A token for the API. The token itself is known to its owner alone.</summary>
internal sealed record TokenRecord
{
    /// <summary>8 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Unique on this host; in logs and beside what was done by it.</summary>
    public required string Name { get; init; }

    /// <summary>SHA-256 of the token's text, 64 lower-case hexadecimal digits: the token has 256 random bits, so nothing slower is needed.</summary>
    public required string Hash { get; init; }

    /// <summary>read, sync or admin.</summary>
    public required string Scope { get; init; }

    /// <summary>The only share it is for; null for all.</summary>
    public string? Share { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}
