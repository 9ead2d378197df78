namespace Sync.Engine.Store.LiteDb;

/// <summary>A folding under way: the newest state of each key in the batches up to one of them, and how far it is merged into pages.</summary>
internal sealed class Fold
{
    private readonly KeyValuePair<long, ReadOnlyMemory<byte>?>[] _records;
    private int _next;

    /// <summary>Takes over what the batches hold.</summary>
    public Fold(Dictionary<long, ReadOnlyMemory<byte>?> newest, long lastBatch)
    {
        _records = [.. newest];
        Array.Sort(_records, static (a, b) => a.Key.CompareTo(b.Key));
        LastBatch = lastBatch;
    }

    /// <summary>Batches up to this one can be deleted once all is merged.</summary>
    public long LastBatch { get; }

    /// <summary>True if every key is merged.</summary>
    public bool IsMerged => _next == _records.Length;

    /// <summary>The next key to merge.</summary>
    public long NextKey => _records[_next].Key;

    /// <summary>Takes the records below a key, as many as fit in so many bytes, at least one.</summary>
    public ReadOnlySpan<KeyValuePair<long, ReadOnlyMemory<byte>?>> Take(long? below, long bytes)
    {
        var start = _next;
        do
        {
            bytes -= PackedRecords.RecordOverhead + (_records[_next].Value?.Length ?? 0);
            _next++;
        }
        while (_next < _records.Length && bytes > 0 && (below is null || _records[_next].Key < below));
        return _records.AsSpan(start, _next - start);
    }
}
