namespace Sync.Shared.Output.Json;

/// <summary>One path of <c>pull --dry-run --json</c>.</summary>
internal sealed record PullItemOutput(string Change, string Kind, string Path, long Size);
