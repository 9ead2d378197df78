namespace Sync.Protocol.Serving;

/// <summary>A connection on a peer endpoint, after its handshake: a feature of the connection and of every request on it.</summary>
/// <param name="Fingerprint">The client's identity, proven by the handshake.</param>
internal sealed record PeerConnection(string Fingerprint);
