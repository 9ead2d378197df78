using Sync.Engine.Store;
using Sync.Simulation.Tests.Kernel;

namespace Sync.Simulation.Tests.Machines;

/// <summary>
/// A store that fails as the real one does: a commit is all or nothing, durable when it has returned, and the process may die before it or after it.
/// What it stands on is packed and read by the engine's own encoder. (What LiteDB does to a disk that loses power has a test of its own.)
/// </summary>
internal sealed class SimRecordStore : IRecordStore
{
    private readonly SimStoreDisk _disk;
    private readonly SimProcess _process;
    private readonly Trace _trace;
    private readonly string _name;
    private readonly Dictionary<long, ReadOnlyMemory<byte>> _found = [];
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    public SimRecordStore(SimStoreDisk disk, SimProcess process, Trace trace, string name)
    {
        _disk = disk;
        _process = process;
        _trace = trace;
        _name = name;
        disk.Read(_found, _values);
    }

    public bool WasReset => false;

    public void Load(Action<long, ReadOnlyMemory<byte>> record)
    {
        foreach (var (key, bytes) in _found) record(key, bytes);
        _found.Clear();
    }

    public byte[]? GetValue(string name) => _values.TryGetValue(name, out var value) ? (byte[])value.Clone() : null;

    public void Commit(IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>?>> records, IReadOnlyList<KeyValuePair<string, byte[]?>> values)
    {
        _process.Effect();
        _disk.Append(records, values);
        foreach (var (name, value) in values)
        {
            if (value is null) _values.Remove(name);
            else _values[name] = (byte[])value.Clone();
        }

        _trace.Add(_process.Scheduler.NowNs, _process.Name, "commit", _name);
        _process.Effect();
    }

    public void Maintain()
    {
        // There is no log.
    }

    public void Trim()
    {
        // There is nothing to give back.
    }

    public void Dispose()
    {
        // The disk outlives who uses it.
    }
}
