using LiteDB;
using LiteDB.Engine;

namespace Sync.Engine.Store.LiteDb;

/// <summary>
/// LiteDB itself: two collections of raw documents, `{_id, d}`, over streams of ours. No mapper, no reflection. One thread, one writer:
/// two writers corrupt LiteDB 5.0.20.
/// </summary>
internal sealed class Documents : IDisposable
{
    /// <summary>Commits, in order; ids ascend without gaps.</summary>
    public const string Batches = "batch";

    /// <summary>Folded records.</summary>
    public const string Pages = "page";

    private const string Body = "d";
    private readonly LiteEngine _engine;

    /// <summary>Opens, or makes a new database if the streams are empty.</summary>
    public Documents(DataStream data, LogStream log)
    {
        _engine = new LiteEngine(new EngineSettings
        {
            DataStream = data,
            LogStream = log,
            TempStream = new MemoryStream(),
            Collation = Collation.Binary,
        });
        // The log is moved to the data file when the store says so, never in the middle of a commit.
        if (_engine.Pragma(Pragmas.CHECKPOINT).AsInt32 == 0) return;
        _engine.Pragma(Pragmas.CHECKPOINT, 0);
        // The new database's first page has to be durable before a log that builds on it.
        data.Sync();
        log.Commit();
    }

    /// <summary>All documents of a collection, ascending by id.</summary>
    public IEnumerable<KeyValuePair<long, byte[]>> ReadAll(string collection)
    {
        using var reader = _engine.Query(collection, new Query());
        while (reader.Read())
        {
            var document = reader.Current.AsDocument;
            if (!document["_id"].IsInt64 || !document[Body].IsBinary) throw new StoreCorruptException($"A document of '{collection}' is malformed.");
            yield return new(document["_id"].AsInt64, document[Body].AsBinary);
        }
    }

    /// <summary>One document's bytes.</summary>
    public byte[] Read(string collection, long id)
    {
        using var reader = _engine.Query(collection, new Query { Where = { BsonExpression.Create("_id = @0", id) } });
        if (!reader.Read()) throw new StoreCorruptException($"Document {id} of '{collection}' is missing.");
        return reader.Current.AsDocument[Body].AsBinary;
    }

    /// <summary>Begins a transaction of this thread.</summary>
    public void Begin() => _engine.BeginTrans();

    /// <summary>Ends the transaction: its pages are in the log stream then.</summary>
    public void End() => _engine.Commit();

    /// <summary>Adds a document.</summary>
    public void Insert(string collection, long id, byte[] bytes) =>
        _engine.Insert(collection, [Document(id, bytes)], BsonAutoId.Int64);

    /// <summary>Replaces a document.</summary>
    public void Update(string collection, long id, byte[] bytes) => _engine.Update(collection, [Document(id, bytes)]);

    /// <summary>Adds or replaces a document.</summary>
    public void Upsert(string collection, long id, byte[] bytes) => _engine.Upsert(collection, [Document(id, bytes)], BsonAutoId.Int64);

    /// <summary>Deletes documents.</summary>
    public void Delete(string collection, IEnumerable<long> ids) => _engine.Delete(collection, ids.Select(id => new BsonValue(id)));

    /// <summary>Moves the log's pages to the data file, and empties the log.</summary>
    public void Checkpoint() => _engine.Checkpoint();

    /// <inheritdoc/>
    public void Dispose() => _engine.Dispose();

    private static BsonDocument Document(long id, byte[] bytes) => new() { ["_id"] = id, [Body] = bytes };
}
