namespace Sync.Shared.Output.Json;

/// <summary>An entry of <see cref="AuditOutput"/>.</summary>
internal sealed record AuditEntryOutput(
    DateTimeOffset At, string Actor, string Action, string? Share, string? Target, string Outcome, string? Detail, int? LeftOut);
