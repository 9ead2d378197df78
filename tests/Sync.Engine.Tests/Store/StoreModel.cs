using Sync.Engine.Store;

namespace Sync.Engine.Tests.Store;

/// <summary>What a store should hold, as plain dictionaries.</summary>
internal sealed class StoreModel
{
    public Dictionary<long, byte[]> Records { get; private init; } = [];

    public Dictionary<string, byte[]> Values { get; private init; } = new(StringComparer.Ordinal);

    public static IReadOnlyList<KeyValuePair<string, byte[]?>> NoValues { get; } = [];

    public static KeyValuePair<long, ReadOnlyMemory<byte>?> Put(long key, byte[]? record) =>
        new(key, record is null ? (ReadOnlyMemory<byte>?)null : new ReadOnlyMemory<byte>(record));

    public StoreModel Copy() => new() { Records = new(Records), Values = new(Values, StringComparer.Ordinal) };

    public void Apply(IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>?>> records, IReadOnlyList<KeyValuePair<string, byte[]?>> values)
    {
        foreach (var (key, record) in records)
        {
            if (record is { } live) Records[key] = live.ToArray();
            else Records.Remove(key);
        }

        foreach (var (name, value) in values)
        {
            if (value is null) Values.Remove(name);
            else Values[name] = value;
        }
    }

    /// <summary>Null if the store holds just this, else the first difference.</summary>
    public string? Difference(IRecordStore store)
    {
        var seen = new Dictionary<long, byte[]>();
        string? twice = null;
        store.Load((key, bytes) =>
        {
            if (!seen.TryAdd(key, bytes.ToArray())) twice = $"{key} came twice";
        });
        return twice ?? Difference(seen, store);
    }

    private string? Difference(Dictionary<long, byte[]> seen, IRecordStore store)
    {
        foreach (var (key, bytes) in Records)
        {
            if (!seen.TryGetValue(key, out var got)) return $"{key} is missing";
            if (!got.AsSpan().SequenceEqual(bytes)) return $"{key} differs";
        }

        if (seen.Count != Records.Count) return $"{seen.Count - Records.Count} records too many";
        foreach (var (name, value) in Values)
        {
            if (store.GetValue(name) is not { } got || !got.AsSpan().SequenceEqual(value)) return $"value {name} differs";
        }

        return null;
    }
}
