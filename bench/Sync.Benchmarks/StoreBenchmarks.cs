using System.Buffers;
using BenchmarkDotNet.Attributes;
using Sync.Engine.Store;
using Sync.Engine.Store.LiteDb;

namespace Sync.Benchmarks;

/// <summary>The durable store, with its real syncs, of 100,000 journal records.</summary>
[MemoryDiagnoser(displayGenColumns: false)]
public class StoreBenchmarks
{
    private const int Count = 100_000;
    private const int Some = 100;
    private readonly List<KeyValuePair<long, ReadOnlyMemory<byte>?>> _records = [];
    private string _directory = "";
    private LiteDbRecordStore _store = null!;
    private int _made;
    private int _at;

    [GlobalSetup]
    public void SetUp()
    {
        for (var id = 2; id < Count + 2; id++)
        {
            var to = new ArrayBufferWriter<byte>(128);
            EntryCodec.Write(to, Nodes.Entry(id));
            _records.Add(new(id, to.WrittenMemory));
        }

        _directory = Directory.CreateTempSubdirectory("sync-benchmarks-").FullName;
        using (var full = LiteDbRecordStore.Open(Path.Combine(_directory, "full.db")))
            full.Commit(_records, []);
        _store = LiteDbRecordStore.Open(Path.Combine(_directory, "live.db"));
        _store.Commit(_records, []);
    }

    [GlobalCleanup]
    public void CleanUp()
    {
        _store.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Benchmark(Description = "100,000 records committed to a new store")]
    public void CommitAll()
    {
        using var store = LiteDbRecordStore.Open(Path.Combine(_directory, FormattableString.Invariant($"new-{_made++}.db")));
        store.Commit(_records, []);
    }

    [Benchmark(Description = "store of 100,000 records opened and loaded")]
    public int Load()
    {
        using var store = LiteDbRecordStore.Open(Path.Combine(_directory, "full.db"));
        var found = 0;
        store.Load((key, bytes) =>
        {
            var span = bytes.Span;
            if (EntryCodec.Read(ref span).Id.Value == key)
                found++;
        });
        return found == Count ? found : throw new InvalidOperationException($"{found} records");
    }

    [Benchmark(Description = "1 record committed, 100,000 there")]
    public void CommitOne() => _store.Commit([_records[_at++ % Count]], []);

    [Benchmark(Description = "100 records committed, 100,000 there")]
    public void CommitSome()
    {
        _at = (_at + Some) % (Count - Some);
        _store.Commit(_records.GetRange(_at, Some), []);
    }
}
