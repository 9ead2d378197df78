namespace Sync.Host.Events;

/// <summary>Something that happened. Null where it does not apply.</summary>
/// <param name="Kind">One of <see cref="EventKinds"/>.</param>
internal sealed record HostEvent(string Kind)
{
    /// <summary>Given by the log.</summary>
    public long Id { get; init; }

    /// <summary>Given by the log.</summary>
    public DateTimeOffset At { get; init; }

    public string? Share { get; init; }

    public string? Guest { get; init; }

    public string? Path { get; init; }

    public string? State { get; init; }

    /// <summary>For people.</summary>
    public string? Text { get; init; }

    public string? Job { get; init; }
}
