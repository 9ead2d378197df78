namespace Sync.Shared.Output.Json;

/// <summary>A conflict policy for the paths that match a pattern.</summary>
internal sealed record PatternOutput(string Pattern, string Policy);
