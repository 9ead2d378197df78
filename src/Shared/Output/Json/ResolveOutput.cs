namespace Sync.Shared.Output.Json;

/// <summary><c>conflicts resolve --json</c>.</summary>
internal sealed record ResolveOutput(int Resolved, int Left);
