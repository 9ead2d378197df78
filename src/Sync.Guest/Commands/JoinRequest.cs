using Sync.Protocol.Invites;

namespace Sync.Guest.Commands;

/// <summary>What <c>join</c> was asked to do.</summary>
/// <param name="Invite">The host's.</param>
/// <param name="Directory">Absolute.</param>
/// <param name="Addresses">Instead of the invite's; empty for those.</param>
/// <param name="SubPath">The part of the share; "" for all of it.</param>
/// <param name="Name">Proposed to the host.</param>
/// <param name="Direction">In the command line's words; null for the share's.</param>
internal sealed record JoinRequest(Invite Invite, string Directory, IReadOnlyList<string> Addresses, string SubPath, string Name, string? Direction);
