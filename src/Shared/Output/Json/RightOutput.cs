namespace Sync.Shared.Output.Json;

/// <summary>What a guest may do with a share; null where the share's own setting holds.</summary>
internal sealed record RightOutput(string Share, bool ReadOnly, string? Direction, string? Conflicts, bool Ephemeral, bool Visits);
