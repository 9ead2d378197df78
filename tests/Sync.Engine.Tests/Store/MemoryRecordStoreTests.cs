using Sync.Engine.Store;
using Xunit;

namespace Sync.Engine.Tests.Store;

public sealed class MemoryRecordStoreTests
{
    [Fact]
    public void A_failed_commit_changes_nothing_and_a_restart_keeps_the_rest()
    {
        using var store = new MemoryRecordStore();
        store.Commit([StoreModel.Put(1, [1]), StoreModel.Put(2, [2])], [new("a", [3])]);
        var snapshot = store.Durable.Snapshot();
        store.BeforeCommit = () => throw new IOException("full");
        Assert.Throws<IOException>(() => store.Commit([StoreModel.Put(1, null)], StoreModel.NoValues));
        store.BeforeCommit = null;
        store.Commit([StoreModel.Put(2, null)], [new("a", null)]);
        using var again = new MemoryRecordStore(store.Durable);
        var keys = new List<long>();
        again.Load((key, _) => keys.Add(key));
        Assert.Equal([1], keys);
        Assert.Null(again.GetValue("a"));
        Assert.Equal(2, snapshot.Records.Count);
    }
}
