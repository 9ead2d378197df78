namespace Sync.Shared.Output.Json;

/// <summary><c>guest list --json</c>.</summary>
internal sealed record GuestsOutput(IReadOnlyList<GuestOutput> Guests);
