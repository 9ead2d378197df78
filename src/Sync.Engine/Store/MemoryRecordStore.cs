namespace Sync.Engine.Store;

/// <summary>A store that lives as long as its <see cref="Disk"/>: for tests and the simulation. Opening another store on the same disk is
/// a restart; what was not committed never gets there, so a crash needs nothing but dropping the store.</summary>
internal sealed class MemoryRecordStore(MemoryRecordStore.Disk disk) : IRecordStore
{
    /// <summary>A store on a disk of its own.</summary>
    public MemoryRecordStore() : this(new Disk())
    {
    }

    /// <summary>The committed state, which survives.</summary>
    public Disk Durable => disk;

    /// <summary>If set, asked before each commit; what it throws, the commit throws, and nothing is changed.</summary>
    public Action? BeforeCommit { get; set; }

    /// <inheritdoc/>
    public bool WasReset => false;

    /// <inheritdoc/>
    public void Load(Action<long, ReadOnlyMemory<byte>> record)
    {
        foreach (var (key, bytes) in disk.Records) record(key, bytes);
    }

    /// <inheritdoc/>
    public byte[]? GetValue(string name) => disk.Values.TryGetValue(name, out var value) ? (byte[])value.Clone() : null;

    /// <inheritdoc/>
    public void Maintain()
    {
        // Nothing holds up its commits.
    }

    /// <inheritdoc/>
    public void Trim()
    {
        // Its records are what it is there for.
    }

    /// <inheritdoc/>
    public void Commit(IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>?>> records, IReadOnlyList<KeyValuePair<string, byte[]?>> values)
    {
        BeforeCommit?.Invoke();
        foreach (var (key, bytes) in records)
        {
            if (bytes is { } live) disk.Records[key] = live.ToArray();
            else disk.Records.Remove(key);
        }

        foreach (var (name, value) in values)
        {
            if (value is null) disk.Values.Remove(name);
            else disk.Values[name] = (byte[])value.Clone();
        }

        disk.Commits++;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>What survives the store.</summary>
    internal sealed class Disk
    {
        /// <summary>Live records by key.</summary>
        public Dictionary<long, byte[]> Records { get; } = [];

        /// <summary>Values by name.</summary>
        public Dictionary<string, byte[]> Values { get; } = new(StringComparer.Ordinal);

        /// <summary>How many commits there were.</summary>
        public long Commits { get; set; }

        /// <summary>A copy, to go back to later (a restored snapshot).</summary>
        public Disk Snapshot()
        {
            var copy = new Disk { Commits = Commits };
            foreach (var (key, bytes) in Records) copy.Records.Add(key, bytes);
            foreach (var (name, value) in Values) copy.Values.Add(name, value);
            return copy;
        }
    }
}
