namespace Sync.Host.Config;

/// <summary>What a guest may do with one share; null where the share's own setting holds.</summary>
internal sealed record RightRecord(string Share, bool ReadOnly, string? Direction = null, string? Conflicts = null);
