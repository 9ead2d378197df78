namespace Sync.Host.Config;

/// <summary>A share.</summary>
/// <remarks>What has a default can be set: where an older file lacks it, the generated reader leaves that default only so.</remarks>
internal sealed record ShareRecord
{
    public required string Name { get; init; }

    /// <summary>The directory: absolute, no links on the way.</summary>
    public required string Path { get; init; }

    /// <summary>Names its index: a share that is removed and added again under its name does not find the old one's.</summary>
    public required string Id { get; init; }

    public PolicyRecord Policy { get; set; } = new();

    public bool Paused { get; init; }

    public DateTimeOffset AddedAt { get; init; }
}
