namespace Sync.Host.Jobs;

/// <summary>A job as it is kept: what was asked for, and how it ended.</summary>
/// <remarks>What has a default can be set: where an older file lacks it, the generated reader leaves that default only so.</remarks>
internal sealed record JobRecord
{
    /// <summary>16 hexadecimal digits.</summary>
    public required string Id { get; init; }

    public required string Share { get; init; }

    /// <summary>Names; empty for all that the host knows.</summary>
    public IReadOnlyList<string> Guests { get; set; } = [];

    /// <summary>Only what lies at or below it; empty for all.</summary>
    public string PathPrefix { get; set; } = "";

    /// <summary>On disk everywhere, or only in place.</summary>
    public bool Durable { get; set; } = true;

    /// <summary>The caller's own name for it.</summary>
    public string? IdempotencyKey { get; init; }

    public TimeSpan Timeout { get; init; }

    /// <summary>"local" or "token:NAME".</summary>
    public required string MadeBy { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public JobState State { get; init; }

    /// <summary>Why it failed, for people.</summary>
    public string? Reason { get; init; }

    /// <summary>The host's first, with an empty name.</summary>
    public IReadOnlyList<JobPart> Parts { get; set; } = [];

    public bool HasEnded => State is JobState.Done or JobState.Failed or JobState.Cancelled;

    /// <summary>Whether another job asks for the same.</summary>
    public bool AsksTheSame(JobRecord other) =>
        string.Equals(Share, other.Share, StringComparison.Ordinal)
        && Guests.SequenceEqual(other.Guests, StringComparer.Ordinal)
        && string.Equals(PathPrefix, other.PathPrefix, StringComparison.Ordinal)
        && Durable == other.Durable
        && Timeout == other.Timeout;
}
