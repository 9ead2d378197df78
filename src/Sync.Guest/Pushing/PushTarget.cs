using Sync.Protocol.Invites;

namespace Sync.Guest.Pushing;

/// <summary>Where to push, and to whom.</summary>
/// <param name="Invite">The host's; null: by a pairing that is known.</param>
/// <param name="Share">The share's name.</param>
/// <param name="Addresses">Instead of the invite's or the pairing's; empty for those.</param>
/// <param name="SubPath">The directory in the share; "" for all of it.</param>
/// <param name="Name">Proposed to the host, where it does not know this guest.</param>
internal sealed record PushTarget(Invite? Invite, string Share, IReadOnlyList<string> Addresses, string SubPath, string Name);
