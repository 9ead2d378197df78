using CsCheck;
using Sync.Engine.Store;
using Sync.Engine.Store.LiteDb;
using Xunit;

namespace Sync.Engine.Tests.Store;

public sealed class LiteDbRecordStoreTests
{
    private static readonly Gen<(int Key, int Length, bool Delete)> GenRecord = Gen.Select(Gen.Int[-30, 300], Gen.Int[0, 3000], Gen.Bool);

    [Fact]
    public void What_was_committed_is_there_after_reopening()
    {
        using var directory = new TemporaryDirectory();
        using (var store = LiteDbRecordStore.Open(directory.File("index.db")))
        {
            Assert.False(store.WasReset);
            Assert.Null(store.GetValue("cursor"));
            store.Commit([StoreModel.Put(1, [1, 2, 3]), StoreModel.Put(-5, []), StoreModel.Put(long.MaxValue, [9])], [new("cursor", [7])]);
            store.Commit([StoreModel.Put(1, [4]), StoreModel.Put(long.MaxValue, null)], [new("gone", null)]);
        }

        using var again = LiteDbRecordStore.Open(directory.File("index.db"));
        var records = new SortedDictionary<long, byte[]>();
        again.Load((key, bytes) => records.Add(key, bytes.ToArray()));
        Assert.False(again.WasReset);
        Assert.Equal([-5, 1], records.Keys);
        Assert.Equal([4], records[1]);
        Assert.Equal<byte>([7], again.GetValue("cursor")!);
    }

    [Fact]
    public void Random_commits_and_reopenings_agree_with_a_dictionary()
    {
        var genCommit = Gen.Select(GenRecord.Array[0, 60], Gen.Int[0, 3], Gen.Int[0, 9]);
        genCommit.List[1, 40].Sample(
            commits =>
            {
                SimulatedFile data = new(), log = new();
                var model = new StoreModel();
                var store = LiteDbRecordStore.OpenOn("index.db", data, log);
                try
                {
                    foreach (var (items, value, what) in commits)
                    {
                        var records = items.Select(x => StoreModel.Put(x.Key, x.Delete ? null : Bytes(x.Key, x.Length))).ToList();
                        List<KeyValuePair<string, byte[]?>> values = value == 0 ? [] : [new("v" + value, what == 5 ? null : [(byte)what])];
                        store.Commit(records, values);
                        model.Apply(records, values);
                        if (what == 0) store.Maintain();
                        if (what is 3 or 4) store.Trim();
                        if (what > 2) continue;
                        store.Dispose();
                        store = LiteDbRecordStore.OpenOn("index.db", data, log);
                        Assert.Null(model.Difference(store));
                    }
                }
                finally
                {
                    store.Dispose();
                }
            },
            iter: 60, threads: 1);
    }

    [Fact]
    public void Folding_goes_on_over_many_commits_and_loses_nothing()
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("index.db");
        var model = new StoreModel();
        var random = new Random(5);
        for (var round = 0; round < 4; round++)
        {
            using var store = LiteDbRecordStore.Open(path);
            Assert.Null(store.ResetReason);
            Assert.Null(model.Difference(store));
            for (var i = 0; i < 400; i++)
            {
                if (i % 90 == 89) store.Trim();
                List<KeyValuePair<long, ReadOnlyMemory<byte>?>> records = [];
                for (var j = random.Next(1, 40); j > 0; j--)
                    records.Add(StoreModel.Put(random.Next(20_000), random.Next(5) == 0 ? null : Bytes(random.Next(), random.Next(400))));
                IReadOnlyList<KeyValuePair<string, byte[]?>> values = [new("i", BitConverter.GetBytes(i))];
                store.Commit(records, values);
                model.Apply(records, values);
            }
        }

        using var last = LiteDbRecordStore.Open(path);
        Assert.Null(model.Difference(last));
    }

    [Fact]
    public void A_huge_commit_is_one_step()
    {
        using var directory = new TemporaryDirectory();
        var model = new StoreModel();
        using (var store = LiteDbRecordStore.Open(directory.File("index.db")))
        {
            // Ascending: to pages at once. Descending, and again over the same keys: by batches.
            var records = Enumerable.Range(0, 100_000).Select(i => StoreModel.Put(i, Bytes(i, 150))).ToList();
            store.Commit(records, [new("a", [1])]);
            model.Apply(records, [new("a", [1])]);
            records = Enumerable.Range(0, 50_000).Select(i => StoreModel.Put(100_000 - i, i % 3 == 0 ? null : Bytes(i, 200))).ToList();
            store.Commit(records, StoreModel.NoValues);
            model.Apply(records, StoreModel.NoValues);
        }

        using var again = LiteDbRecordStore.Open(directory.File("index.db"));
        Assert.Null(again.ResetReason);
        Assert.Null(model.Difference(again));
    }

    [Fact]
    public void A_second_opening_is_refused_with_a_clear_message()
    {
        using var directory = new TemporaryDirectory();
        using var store = LiteDbRecordStore.Open(directory.File("index.db"));
        var error = Assert.Throws<IOException>(() => LiteDbRecordStore.Open(directory.File("index.db")));
        Assert.Contains("another process has it open", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_record_that_is_too_long_changes_nothing()
    {
        using var directory = new TemporaryDirectory();
        using (var store = LiteDbRecordStore.Open(directory.File("index.db")))
        {
            store.Commit([StoreModel.Put(1, [1])], StoreModel.NoValues);
            Assert.Throws<ArgumentException>(() => store.Commit([StoreModel.Put(1, [2]), StoreModel.Put(2, new byte[9 << 20])], StoreModel.NoValues));
            store.Commit([StoreModel.Put(3, new byte[8 << 20])], StoreModel.NoValues);
        }

        using var again = LiteDbRecordStore.Open(directory.File("index.db"));
        var lengths = new SortedDictionary<long, int>();
        again.Load((key, bytes) => lengths.Add(key, bytes.Length));
        Assert.Equal(1, lengths[1]);
        Assert.Equal(8 << 20, lengths[3]);
        Assert.Equal(2, lengths.Count);
    }

    internal static byte[] Bytes(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    [Fact]
    public void A_full_disk_fails_one_commit_and_the_next_one_goes_on()
    {
        var data = new SimulatedFile();
        var log = new SimulatedFile();
        using LiteDbRecordStore store = LiteDbRecordStore.OpenOn("full", data, log);
        store.Commit([new(1, new byte[] { 1 })], [new("v", [1])]);
        log.BeforeWrite = () => throw new IOException("No space left on device");
        Assert.Throws<IOException>(() => store.Commit([new(1, new byte[] { 2 }), new(2, new byte[] { 2 })], [new("v", [2])]));
        Assert.Throws<IOException>(() => store.Commit([new(3, new byte[] { 3 })], []));
        Assert.Equal([1], store.GetValue("v")!);
        log.BeforeWrite = null;
        store.Commit([new(4, new byte[] { 4 })], []);
        using LiteDbRecordStore again = LiteDbRecordStore.OpenOn("full", SimulatedFile.Of(data.Bytes), SimulatedFile.Of(log.Bytes));
        var found = new SortedDictionary<long, byte>();
        again.Load((key, bytes) => found[key] = bytes.Span[0]);
        Assert.Equal([new(1, 1), new(4, 4)], found);
        Assert.Equal([1], again.GetValue("v")!);
    }

    [Fact]
    public void A_failed_sync_fails_every_commit_until_the_store_is_opened_again()
    {
        var log = new SimulatedFile();
        using LiteDbRecordStore store = LiteDbRecordStore.OpenOn("uncertain", new SimulatedFile(), log);
        store.Commit([new(1, new byte[] { 1 })], []);
        log.BeforeSync = () => throw new IOException("Input/output error");
        Assert.Throws<IOException>(() => store.Commit([new(2, new byte[] { 2 })], []));
        log.BeforeSync = null;
        IOException refused = Assert.Throws<IOException>(() => store.Commit([new(3, new byte[] { 3 })], []));
        Assert.Contains("restart", refused.Message, StringComparison.Ordinal);
    }
}
