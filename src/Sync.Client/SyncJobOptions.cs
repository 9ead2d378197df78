namespace Sync.Client;

/// <summary>What a job is to do.</summary>
public sealed record SyncJobOptions
{
    /// <summary>Names of the guests; empty for all that the host knows.</summary>
    public IReadOnlyList<string> Guests { get; init; } = [];

    /// <summary>Only what lies at or below this path of the share; empty for all.</summary>
    public string PathPrefix { get; init; } = "";

    /// <summary>Done when it is on disk everywhere, also if power fails; else when it is in place everywhere.</summary>
    public bool Durable { get; init; } = true;

    /// <summary>How long it may take; null: an hour. At most 7 days.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The same key within a day gives the same job; empty: none. At most 200 bytes.</summary>
    public string IdempotencyKey { get; init; } = "";
}
