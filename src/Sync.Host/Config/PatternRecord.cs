namespace Sync.Host.Config;

/// <summary>A conflict policy for the paths that match a pattern.</summary>
internal sealed record PatternRecord(string Pattern, string Policy);
