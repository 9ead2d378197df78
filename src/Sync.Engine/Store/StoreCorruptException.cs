namespace Sync.Engine.Store;

/// <summary>Stored bytes are not the ones that were written: bit rot, a truncated file, or somebody else's hand.</summary>
public sealed class StoreCorruptException(string message, Exception? inner = null) : IOException(message, inner);
