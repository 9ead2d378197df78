namespace Sync.Bench.Scale;

/// <summary>How to measure.</summary>
internal sealed record Options
{
    /// <summary>Small sizes: says nothing about the bars.</summary>
    public bool Quick { get; init; }

    /// <summary>Whether the directories stay.</summary>
    public bool Keep { get; init; }

    /// <summary>Where directories are made, and results kept from one invocation to the next.</summary>
    public required string Directory { get; init; }

    /// <summary>Saves measured for each number of guests.</summary>
    public int Saves { get; init; } = 20;

    /// <summary>How long idle agents are looked at.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromSeconds(30);
}
