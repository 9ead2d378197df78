using Sync.Engine.Store;
using Sync.Simulation.Tests.Kernel;

namespace Sync.Simulation.Tests.Mutants;

/// <summary>A store that loses some commits, or half of each.</summary>
internal sealed class FlawedStore(IRecordStore store, bool loses, Dice dice) : IRecordStore
{
    public bool WasReset => store.WasReset;

    public void Load(Action<long, ReadOnlyMemory<byte>> record) => store.Load(record);

    public byte[]? GetValue(string name) => store.GetValue(name);

    public void Commit(IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>?>> records, IReadOnlyList<KeyValuePair<string, byte[]?>> values)
    {
        if (!loses) store.Commit([.. records.Take(records.Count / 2)], values);
        else if (records.Count == 0 || !dice.OneIn(3)) store.Commit(records, values);
    }

    public void Maintain() => store.Maintain();

    public void Trim() => store.Trim();

    public void Dispose() => store.Dispose();
}
