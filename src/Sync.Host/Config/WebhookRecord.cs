namespace Sync.Host.Config;

/// <summary>Who is told of events by HTTP.</summary>
/// <remarks>What has a default can be set: where an older file lacks it, the generated reader leaves that default only so.</remarks>
internal sealed record WebhookRecord
{
    /// <summary>8 hexadecimal digits.</summary>
    public required string Id { get; init; }

    public required string Url { get; init; }

    /// <summary>The kinds of events it is told of.</summary>
    public IReadOnlyList<string> Events { get; set; } = [];

    /// <summary>The only share; null for all.</summary>
    public string? Share { get; init; }

    /// <summary>Whether it may be on this machine or in a private network.</summary>
    public bool AllowLocal { get; init; }

    /// <summary>What signs the deliveries: 64 hexadecimal digits. Kept as it is, for it has to be used; the file is its owner's alone.</summary>
    public required string Secret { get; init; }
}
