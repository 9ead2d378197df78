using Sync.Protocol.Invites;

namespace Sync.Guest.Pulling;

/// <summary>What is to be pulled, and from whom.</summary>
/// <param name="Invite">The host's; null: by a pairing that is known.</param>
/// <param name="Share">The share's name.</param>
/// <param name="Addresses">Instead of the invite's or the pairing's; empty for those.</param>
/// <param name="SubPath">The part of the share; "" for all.</param>
/// <param name="At">A tag or a revision; "" for the present.</param>
/// <param name="Name">Proposed to the host, where it does not know this guest.</param>
internal sealed record PullTarget(Invite? Invite, string Share, IReadOnlyList<string> Addresses, string SubPath, string At, string Name);
