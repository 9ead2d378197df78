namespace Sync.Shared.Output.Json;

/// <summary><c>share list --json</c>.</summary>
internal sealed record SharesOutput(IReadOnlyList<ShareOutput> Shares);
