namespace Sync.Engine.Store;

/// <summary>
/// A durable map from 64-bit keys to small packed records, and from short names to small values; made for few large commits.
/// One thread at a time. What <see cref="Commit"/> returned from survives power loss; a torn or failed commit leaves the one before.
/// </summary>
public interface IRecordStore : IDisposable
{
    /// <summary>True if what was there could not be read when it was opened, and was set aside for a new, empty store.</summary>
    bool WasReset { get; }

    /// <summary>Calls back once for each live record, in no order. Done once, after opening.</summary>
    void Load(Action<long, ReadOnlyMemory<byte>> record);

    /// <summary>A value by name, null if never set.</summary>
    byte[]? GetValue(string name);

    /// <summary>Writes all changes and values as one atomic, durable step. A null record deletes its key; a null value its name.</summary>
    void Commit(IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>?>> records, IReadOnlyList<KeyValuePair<string, byte[]?>> values);

    /// <summary>Takes on what would hold up a commit, at a moment when nobody waits.</summary>
    void Maintain();

    /// <summary>Gives memory back, at a moment when nobody waits.</summary>
    void Trim();
}
