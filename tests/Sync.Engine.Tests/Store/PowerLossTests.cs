using Sync.Engine.Store;
using Sync.Engine.Store.LiteDb;
using Xunit;

namespace Sync.Engine.Tests.Store;

public sealed class PowerLossTests
{
    private const string Name = "index.db";

    [Fact]
    public void After_any_power_cut_the_last_acknowledged_commit_or_the_one_under_way_is_there()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            SimulatedFile data = new(), log = new();
            var model = new StoreModel();
            for (var life = 0; life < 4; life++)
            {
                var before = model.Copy();
                var store = LiteDbRecordStore.OpenOn(Name, data, log);
                Assert.Null(before.Difference(store));
                Power(random.Next(5, 200), data, log);
                try
                {
                    while (true)
                    {
                        before = model.Copy();
                        var records = Commit(random);
                        model.Apply(records, StoreModel.NoValues);
                        if (random.Next(12) == 0) store.Maintain();
                        if (random.Next(12) == 0) store.Trim();
                        store.Commit(records, StoreModel.NoValues);
                    }
                }
                catch (IOException)
                {
                }

                (data, log) = (data.AfterPowerLoss(random), log.AfterPowerLoss(random));
                if (data.Length <= 8192 && log.Length == 0 && before.Records.Count == 0)
                {
                    // The power went while the first page was written: there was never a commit, and Open sets such a file aside.
                    (data, log) = (new SimulatedFile(), new SimulatedFile());
                    model = before;
                    continue;
                }

                using var again = LiteDbRecordStore.OpenOn(Name, SimulatedFile.Of(data.Bytes), SimulatedFile.Of(log.Bytes));
                var lost = before.Difference(again);
                using var other = LiteDbRecordStore.OpenOn(Name, SimulatedFile.Of(data.Bytes), SimulatedFile.Of(log.Bytes));
                var kept = model.Difference(other);
                Assert.True(lost is null || kept is null, $"seed {seed}, life {life}: {lost}; {kept}");
                if (kept is not null) model = before;
            }
        }
    }

    [Fact]
    public void A_commit_is_one_sync_of_the_log_and_none_of_the_data()
    {
        SimulatedFile data = new(), log = new();
        using var store = LiteDbRecordStore.OpenOn(Name, data, log);
        var random = new Random(1);
        for (var i = 0; i < 300; i++)
        {
            var (dataSyncs, logSyncs) = (data.Syncs, log.Syncs);
            store.Commit(Commit(random), [new("i", [(byte)i])]);
            Assert.Equal((dataSyncs, logSyncs + 1), (data.Syncs, log.Syncs));
        }

        // Several documents and several frames, still one sync.
        var before = log.Syncs;
        store.Commit([.. Enumerable.Range(0, 60_000).Select(i => StoreModel.Put(60_000 - i, new byte[150]))], StoreModel.NoValues);
        Assert.Equal(before + 1, log.Syncs);
    }

    [Fact]
    public void A_full_disk_fails_the_commit_and_leaves_the_one_before()
    {
        SimulatedFile data = new(), log = new();
        var model = new StoreModel();
        var store = LiteDbRecordStore.OpenOn(Name, data, log);
        Commit(1);
        log.BeforeWrite = () => throw new IOException("No space left on device");
        Assert.Throws<IOException>(() => store.Commit([StoreModel.Put(1, [9])], StoreModel.NoValues));
        log.BeforeWrite = null;
        using var again = LiteDbRecordStore.OpenOn(Name, data, log);
        Assert.Null(model.Difference(again));

        void Commit(byte value)
        {
            IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>?>> records = [StoreModel.Put(1, [value])];
            store.Commit(records, StoreModel.NoValues);
            model.Apply(records, StoreModel.NoValues);
        }
    }

    [Fact]
    public void A_failed_sync_is_never_taken_for_a_later_success()
    {
        SimulatedFile data = new(), log = new();
        var store = LiteDbRecordStore.OpenOn(Name, data, log);
        log.BeforeSync = () => throw new IOException("Input/output error");
        Assert.Throws<IOException>(() => store.Commit([StoreModel.Put(1, [1])], StoreModel.NoValues));
        log.BeforeSync = null;
        Assert.Throws<IOException>(() => store.Commit([StoreModel.Put(2, [1])], StoreModel.NoValues));
    }

    [Fact]
    public void Any_rotten_byte_is_found_or_harmless()
    {
        SimulatedFile data = new(), log = new();
        var model = new StoreModel();
        var random = new Random(3);
        var store = LiteDbRecordStore.OpenOn(Name, data, log);
        for (var i = 0; i < 60; i++)
        {
            var records = Commit(random);
            store.Commit(records, StoreModel.NoValues);
            model.Apply(records, StoreModel.NoValues);
            if (i == 40) store.Maintain();
        }

        // The log's last group alone cannot be told from one that was never acknowledged: it is left out here.
        var lastGroup = log.Bytes.LastIndexOf(LogFrame.Magic);
        for (var i = 0; i < 150; i++)
        {
            var (badData, badLog) = (SimulatedFile.Of(data.Bytes), SimulatedFile.Of(log.Bytes));
            ref var rotten = ref random.Next(2) == 0 ? ref badData.Bytes[random.Next(badData.Bytes.Length)] : ref badLog.Bytes[random.Next(lastGroup)];
            rotten ^= (byte)random.Next(1, 256);
            try
            {
                using var opened = LiteDbRecordStore.OpenOn(Name, badData, badLog);
                Assert.Null(model.Difference(opened));
            }
            catch (StoreCorruptException)
            {
            }
        }
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("cut")]
    [InlineData("empty")]
    [InlineData("text")]
    public void An_unreadable_database_is_set_aside(string damage)
    {
        using var directory = new TemporaryDirectory();
        var path = directory.File("index.db");
        using (var store = LiteDbRecordStore.Open(path))
        {
            for (var i = 0; i < 20; i++) store.Commit([StoreModel.Put(i, new byte[5000])], StoreModel.NoValues);
        }

        switch (damage)
        {
            case "garbage":
                File.WriteAllBytes(path, LiteDbRecordStoreTests.Bytes(1, 100_000));
                break;
            case "cut":
                File.WriteAllBytes(path, File.ReadAllBytes(path)[..50_000]);
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                File.WriteAllText(path + "-log", "A log that outlived its data.");
                break;
            default:
                File.WriteAllText(path, "what is this");
                break;
        }

        using (var store = LiteDbRecordStore.Open(path))
        {
            Assert.True(store.WasReset);
            Assert.Contains("set aside", store.ResetReason!, StringComparison.Ordinal);
            store.Load((_, _) => Assert.Fail("A new database is empty."));
            store.Commit([StoreModel.Put(1, [1])], StoreModel.NoValues);
            Assert.Single(Directory.GetFiles(directory.Path, "index.db.corrupt-*Z"));
        }

        using var again = LiteDbRecordStore.Open(path);
        Assert.False(again.WasReset);
    }

    // Cuts the power at the n-th write or sync from now on.
    private static void Power(int calls, params SimulatedFile[] files)
    {
        void Count()
        {
            if (--calls < 0) throw new IOException("The power is gone.");
        }

        foreach (var file in files)
        {
            file.BeforeWrite = Count;
            file.BeforeSync = Count;
        }
    }

    private static List<KeyValuePair<long, ReadOnlyMemory<byte>?>> Commit(Random random)
    {
        List<KeyValuePair<long, ReadOnlyMemory<byte>?>> records = [];
        var big = random.Next(8) == 0;
        for (var i = random.Next(1, big ? 60 : 6); i > 0; i--)
        {
            var record = random.Next(6) == 0 ? null : new byte[random.Next(big ? 20_000 : 300)];
            if (record is not null) random.NextBytes(record);
            records.Add(StoreModel.Put(random.Next(500), record));
        }

        return records;
    }
}
