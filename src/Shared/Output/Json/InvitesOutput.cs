namespace Sync.Shared.Output.Json;

/// <summary><c>invite list --json</c>.</summary>
internal sealed record InvitesOutput(IReadOnlyList<InviteOutput> Invites);
