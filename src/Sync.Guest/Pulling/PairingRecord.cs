namespace Sync.Guest.Pulling;

/// <summary>A share that this guest may pull, and the way to its host: what a pull by token leaves, so that the next needs none.</summary>
/// <param name="Share">The share's name.</param>
/// <param name="HostFingerprint">64 lower-case hexadecimal digits.</param>
/// <param name="Addresses">"host:port", tried in turn.</param>
/// <param name="Name">This guest's name, as the host knows it.</param>
internal sealed record PairingRecord(string Share, string HostFingerprint, IReadOnlyList<string> Addresses, string Name);
