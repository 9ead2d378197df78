using Sync.Engine.Store;
using Sync.Simulation.Tests.Kernel;

namespace Sync.Simulation.Tests.Machines;

/// <summary>
/// A store in memory that fails as the real one does: a commit is all or nothing, durable when it has returned, and the process may die before it or
/// after it. (What the real one does to a disk that loses power has a test of its own.)
/// </summary>
internal sealed class SimRecordStore(MemoryRecordStore.Disk disk, SimProcess process, Trace trace, string name) : IRecordStore
{
    private readonly MemoryRecordStore _store = new(disk);

    public bool WasReset => false;

    public void Load(Action<long, ReadOnlyMemory<byte>> record) => _store.Load(record);

    public byte[]? GetValue(string name) => _store.GetValue(name);

    public void Commit(IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>?>> records, IReadOnlyList<KeyValuePair<string, byte[]?>> values)
    {
        process.Effect();
        _store.Commit(records, values);
        trace.Add(process.Scheduler.NowNs, process.Name, "commit", name);
        process.Effect();
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
