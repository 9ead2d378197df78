namespace Sync.Shared.Output.Json;

/// <summary><c>audit --json</c>.</summary>
internal sealed record AuditOutput(IReadOnlyList<AuditEntryOutput> Entries, int Unreadable);
