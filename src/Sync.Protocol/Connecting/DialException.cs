namespace Sync.Protocol.Connecting;

/// <summary>A way to a peer could not be opened; the message says to people why, and what to do.</summary>
internal sealed class DialException(string message, Exception? inner = null) : IOException(message, inner);
