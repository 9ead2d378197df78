namespace Sync.Protocol.Pairing;

/// <summary>What a guest got for its invite.</summary>
/// <param name="Share">The share's name on the host.</param>
/// <param name="GuestName">The name under which the host knows the guest from now on.</param>
/// <param name="ReadOnly">The guest may not change anything.</param>
/// <param name="HostName">The host's name, for people.</param>
/// <param name="AlreadyPaired">The host knew the guest before: it keeps its name, whatever it proposed. Hosts that do not tell say no.</param>
public sealed record PairingGrant(string Share, string GuestName, bool ReadOnly, string HostName, bool AlreadyPaired = false);
