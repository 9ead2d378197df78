namespace Sync.Shared.Output.Json;

/// <summary><c>versions list --json</c>.</summary>
internal sealed record VersionsOutput(IReadOnlyList<VersionOutput> Versions);
