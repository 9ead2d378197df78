namespace Sync.Shared.Output.Json;

/// <summary><c>tag list --json</c>.</summary>
internal sealed record TagsOutput(IReadOnlyList<TagOutput> Tags);
