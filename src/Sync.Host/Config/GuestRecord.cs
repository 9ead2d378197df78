namespace Sync.Host.Config;

/// <summary>A paired guest.</summary>
/// <remarks>What has a default can be set: where an older file lacks it, the generated reader leaves that default only so.</remarks>
internal sealed record GuestRecord
{
    /// <summary>64 lower-case hexadecimal digits.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Unique on this host; in the names of conflict copies.</summary>
    public required string Name { get; init; }

    public DateTimeOffset PairedAt { get; init; }

    /// <summary>It came by an ephemeral invite: with its last right it is forgotten.</summary>
    public bool Ephemeral { get; init; }

    public IReadOnlyList<RightRecord> Rights { get; set; } = [];

    /// <summary>Nothing is left of it to remember.</summary>
    public bool IsGone => Ephemeral && Rights.Count == 0;

    public RightRecord? FindRight(string share) => Rights.FirstOrDefault(r => string.Equals(r.Share, share, StringComparison.Ordinal));

    /// <summary>This without its right to a share.</summary>
    public GuestRecord Without(string share) => this with { Rights = [.. Rights.Where(r => !string.Equals(r.Share, share, StringComparison.Ordinal))] };
}
