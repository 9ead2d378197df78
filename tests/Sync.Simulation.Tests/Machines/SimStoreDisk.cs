using System.Buffers;
using Sync.Engine.Store.LiteDb;

namespace Sync.Simulation.Tests.Machines;

/// <summary>
/// What survives a simulated store: the very documents that the engine packs, a batch for each commit, folded into a page now and then. Opening a store
/// on it reads and checks all of them, as the real one does.
/// </summary>
internal sealed class SimStoreDisk
{
    private const int FoldAtBatches = 64;

    private readonly ArrayBufferWriter<byte> _writer = new();
    private readonly List<KeyValuePair<long, byte[]>> _documents = [];
    private long _nextId = 1;

    /// <summary>One commit, all or nothing.</summary>
    public void Append(IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>?>> records, IReadOnlyList<KeyValuePair<string, byte[]?>> values)
    {
        if (records.Count == 0 && values.Count == 0) return;
        if (_documents.Count >= FoldAtBatches) Fold();
        PackedRecords.Begin(_writer);
        foreach (var (key, record) in records) PackedRecords.Add(_writer, key, record);
        foreach (var (name, value) in values) PackedRecords.Add(_writer, name, value);
        End();
    }

    /// <summary>Reads all that is committed.</summary>
    public void Read(Dictionary<long, ReadOnlyMemory<byte>> records, Dictionary<string, byte[]> values)
    {
        foreach (var (id, document) in _documents)
        {
            PackedRecords.Read(
                document,
                id,
                (key, record) =>
                {
                    if (record is { } live) records[key] = live;
                    else records.Remove(key);
                },
                (name, value) =>
                {
                    if (value is null) values.Remove(name);
                    else values[name] = value;
                });
        }
    }

    private void Fold()
    {
        var records = new Dictionary<long, ReadOnlyMemory<byte>>();
        var values = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        Read(records, values);
        _documents.Clear();
        PackedRecords.Begin(_writer);
        foreach (var (key, record) in records.OrderBy(r => r.Key)) PackedRecords.Add(_writer, key, record);
        foreach (var (name, value) in values) PackedRecords.Add(_writer, name, value);
        End();
    }

    private void End()
    {
        _documents.Add(new(_nextId, PackedRecords.End(_writer, _nextId)));
        _nextId++;
    }
}
