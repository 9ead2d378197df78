namespace Sync.Shared.Logs;

/// <summary>One line of the agent's log.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Level">trace, debug, information, warning, error or critical.</param>
/// <param name="Category">Which part of the agent.</param>
/// <param name="Message">For people.</param>
internal sealed record LogLine(DateTimeOffset At, string Level, string Category, string Message)
{
    /// <summary>The event's number, the same in every version; 0 where there is none.</summary>
    public int Event { get; init; }

    /// <summary>The message's values, by name; null if it has none.</summary>
    public IReadOnlyDictionary<string, string>? Fields { get; init; }

    /// <summary>The exception in full; null if there is none.</summary>
    public string? Exception { get; init; }
}
