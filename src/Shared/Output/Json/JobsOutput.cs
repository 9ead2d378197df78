namespace Sync.Shared.Output.Json;

/// <summary>The latest jobs.</summary>
internal sealed record JobsOutput(IReadOnlyList<JobOutput> Jobs);
