namespace Sync.Shared.Output.Json;

/// <summary><c>conflicts list --json</c>.</summary>
internal sealed record ConflictsOutput(IReadOnlyList<ConflictOutput> Conflicts);
