using System.Buffers;
using System.Globalization;
using LiteDB;
using Microsoft.Extensions.Logging;

namespace Sync.Engine.Store.LiteDb;

/// <summary>
/// The embedded store. A commit appends one `batch` document (a huge one: several, in one transaction) and costs one fsync, of the log.
/// Batches are folded into sorted `page` documents a little with each commit, within its transaction; since replaying a batch over a page
/// that already has it changes nothing, a folding can be cut off anywhere. One thread at a time.
/// </summary>
public sealed class LiteDbRecordStore : IRecordStore
{
    // A document spans LiteDB pages, 16 MiB at most; a batch of 1 MiB keeps the arrays that loading makes modest.
    private const int MaxBatchBytes = 1 << 20;

    // 4,000 documents of this size hold a million records; smaller ones cost LiteDB more per byte, larger ones more per folded record.
    private const int MaxPageBytes = 48 << 10;

    private const long ValuesDocument = 0;
    private const int FoldAtBatches = 4096;
    private const long FoldAtBytes = 1 << 20;
    private const long FoldStepBytes = 128 << 10;
    private const int FoldStepDeletes = 256;

    // 64 MiB at the most to be replayed at a start; the checkpoint itself then takes some 100 ms.
    private const long CheckpointAtBytes = 64L << 20;
    private const long CheckpointWhenIdleBytes = 4L << 20;

    private readonly string _name;
    private readonly IStoreFile _dataFile;
    private readonly IStoreFile _logFile;
    private readonly IDisposable? _lock;
    private readonly ILogger? _logger;
    private ArrayBufferWriter<byte> _writer = new();
    private readonly Queue<Batch> _batches = new();
    private readonly Dictionary<string, byte[]> _values = new(StringComparer.Ordinal);
    private PageIndex _pages = new();
    private DataStream _data = null!;
    private LogStream _log = null!;
    private Documents _documents = null!;
    private Loaded? _loaded;
    private Fold? _fold;
    private long _batchBytes;
    private long _nextBatch;
    private long _nextPage;
    private long _lastKey;
    private Exception? _broken;

    /// <summary>LiteDB is closed because it could not be opened again after a failure: the disk is full, most often.</summary>
    private bool _isDetached;


    private LiteDbRecordStore(string name, IStoreFile dataFile, IStoreFile logFile, IDisposable? @lock, ILogger? logger)
    {
        _name = name;
        _dataFile = dataFile;
        _logFile = logFile;
        _lock = @lock;
        _logger = logger;
    }

    /// <summary>True if the database could not be read when it was opened, and was set aside for a new, empty one.</summary>
    public bool WasReset => ResetReason is not null;

    /// <summary>Why, and where the old one is; null if <see cref="WasReset"/> is false.</summary>
    public string? ResetReason { get; private init; }

    /// <summary>True if <see cref="Maintain"/> has something to do that is worth an idle moment.</summary>
    public bool WantsMaintenance => _log.FileLength > CheckpointWhenIdleBytes;

    /// <summary>Opens the database at a path, or makes it; reads and checks all of it. Beside it stand `PATH-log` and `PATH.lock`.</summary>
    /// <exception cref="IOException">In use by another process, or the disk failed.</exception>
    public static LiteDbRecordStore Open(string path, ILogger? logger = null) => Open(path, TimeProvider.System, logger);

    /// <inheritdoc cref="Open(string, ILogger)"/>
    internal static LiteDbRecordStore Open(string path, TimeProvider time, ILogger? logger)
    {
        path = Path.GetFullPath(path);
        var files = StoreFiles.Lock(path);
        try
        {
            var (data, log) = files.Open();
            try
            {
                return OpenOn(path, data, log, files, logger, resetReason: null);
            }
            catch (StoreCorruptException e)
            {
                data.Dispose();
                log.Dispose();
                var aside = files.SetAside(time.GetUtcNow());
                var reason = string.Create(CultureInfo.InvariantCulture,
                    $"The index '{path}' could not be read ({e.Message}) and was set aside as '{aside}'. It is built again from the disk.");
                if (logger is not null) StoreLog.WasSetAside(logger, path, aside, e);
                (data, log) = files.Open();
                return OpenOn(path, data, log, files, logger, reason);
            }
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Opens the database on files that are open already; takes them over.</summary>
    /// <exception cref="StoreCorruptException">It cannot be read. The files are still open.</exception>
    internal static LiteDbRecordStore OpenOn(
        string name, IStoreFile data, IStoreFile log, IDisposable? @lock = null, ILogger? logger = null, string? resetReason = null)
    {
        var store = new LiteDbRecordStore(name, data, log, @lock, logger) { ResetReason = resetReason };
        store.Attach(forLoading: true);
        return store;
    }

    /// <inheritdoc/>
    public void Load(Action<long, ReadOnlyMemory<byte>> record)
    {
        var loaded = _loaded ?? throw new InvalidOperationException("The store is loaded once, before the first commit.");
        _loaded = null;
        while (loaded.Pages.TryDequeue(out var page))
        {
            PackedRecords.Read(
                page.Value,
                page.Key,
                (key, bytes) =>
                {
                    if (bytes is { } live && !loaded.Newest.ContainsKey(key)) record(key, live);
                },
                static (_, _) => { });
        }

        foreach (var (key, bytes) in loaded.Newest)
        {
            if (bytes is { } live) record(key, live);
        }
    }

    /// <inheritdoc/>
    public byte[]? GetValue(string name) => _values.TryGetValue(name, out var value) ? (byte[])value.Clone() : null;

    /// <inheritdoc/>
    /// <exception cref="IOException">Not written, and the store is as before. Where even that is unknown (a failed fsync), every later commit
    /// throws too, until the store is opened again.</exception>
    /// <exception cref="ArgumentException">A record, value or name is too long.</exception>
    public void Commit(IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>?>> records, IReadOnlyList<KeyValuePair<string, byte[]?>> values)
    {
        if (_broken is not null) throw new IOException($"The index '{_name}' failed before; restart to open it again. {_broken.Message}", _broken);
        if (_isDetached) TryAttach();
        _loaded = null;
        if (records.Count == 0 && values.Count == 0) return;
        if (_log.FileLength > CheckpointAtBytes) Maintain();

        var appends = IsLargeAppend(records);
        var batches = Pack(appends ? [] : records, values);
        try
        {
            _documents.Begin();
            if (appends) AppendPages(records);
            long bytes = 0;
            foreach (var (id, document) in batches)
            {
                _documents.Insert(Documents.Batches, id, document);
                _batches.Enqueue(new Batch(id, document.Length));
                bytes += document.Length;
            }

            _batchBytes += bytes;
            _nextBatch += batches.Count;
            foreach (var (name, value) in values) SetValue(name, value);
            if (!appends)
            {
                foreach (var (key, _) in records) _lastKey = Math.Max(_lastKey, key);
            }

            StepFold(FoldStepBytes + 8 * bytes);
            _documents.End();
        }
        catch (Exception e)
        {
            Revert(e);
            throw;
        }

        Write();
    }

    /// <summary>Moves the log into the data file: a few more syncs, for a moment when nobody waits. Called by <see cref="Commit"/> itself
    /// when the log has grown to 64 MiB.</summary>
    public void Maintain()
    {
        if (_broken is not null || _isDetached || _log.Length == 0) return;
        try
        {
            _documents.Checkpoint();
        }
        catch (Exception e)
        {
            // All of it is still in the log, which is the last to go.
            Revert(e);
            throw;
        }
    }

    /// <inheritdoc/>
    /// <remarks>LiteDB never gives back what its page cache has grown to (16 MB after the kernel tree's first sync): it is closed and opened again on
    /// the same streams, which takes a few reads.</remarks>
    public void Trim()
    {
        if (_broken is not null || _isDetached || _loaded is not null) return;
        _writer = new ArrayBufferWriter<byte>();
        try
        {
            Maintain();
            _isDetached = true;
            _log.BeginDiscard();
            _documents.Dispose();
            _log.EndDiscard();
            _log.Trim();
            _documents = new Documents(_data, _log);
            _isDetached = false;
        }
        catch (Exception e) when (IsDamage(e) || e is IOException)
        {
            // All is in the files: the next commit opens them anew, or says why not.
            if (_logger is not null) StoreLog.NotReopened(_logger, _name, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            if (_broken is null) Maintain();
            if (!_isDetached)
            {
                _log.BeginDiscard();
                _documents.Dispose();
            }

            _log.Dispose();
        }
        finally
        {
            _dataFile.Dispose();
            _logFile.Dispose();
            _lock?.Dispose();
        }
    }

    private static bool IsDamage(Exception error) => error switch
    {
        StoreCorruptException => true,
        IOException or UnauthorizedAccessException or OutOfMemoryException or NotSupportedException => false,
        LiteException { InnerException: { } inner } => IsDamage(inner),
        // LiteDB answers damage with whatever its parsing ran into.
        _ => true,
    };

    private void Attach(bool forLoading)
    {
        var isNew = _dataFile.Length == 0;
        try
        {
            if (isNew && _logFile.Length > 0) throw new StoreCorruptException("There is a log but no data.");
            _data = new DataStream(_dataFile);
            _log = new LogStream(_logFile, _data);
            _log.Redo();
            if (_dataFile.Length % PageStream.PageSize != 0) throw new StoreCorruptException("The data file was cut.");
            _documents = new Documents(_data, _log);
            Index(forLoading);
        }
        catch (Exception e) when (e is not StoreCorruptException && IsDamage(e))
        {
            throw new StoreCorruptException(e.Message, e);
        }
    }

    private void Index(bool forLoading)
    {
        _batches.Clear();
        _values.Clear();
        _pages = new PageIndex();
        _batchBytes = 0;
        _nextBatch = _nextPage = 1;
        _lastKey = long.MinValue;
        _fold = null;
        var loaded = new Loaded();
        var pages = new List<PageIndex.Page>();
        foreach (var (id, bytes) in _documents.ReadAll(Documents.Pages))
        {
            long? first = null;
            PackedRecords.Read(
                bytes,
                id,
                (key, _) =>
                {
                    first ??= key;
                    _lastKey = Math.Max(_lastKey, key);
                },
                SetValue);
            if (id == ValuesDocument) continue;
            pages.Add(new PageIndex.Page(first ?? throw new StoreCorruptException($"Page {id} is empty."), id, bytes.Length));
            _nextPage = Math.Max(_nextPage, id + 1);
            if (forLoading) loaded.Pages.Enqueue(new(id, bytes));
        }

        _pages.Fill(pages);
        foreach (var (id, bytes) in _documents.ReadAll(Documents.Batches))
        {
            if (_batches.Count > 0 && id != _nextBatch) throw new StoreCorruptException($"Batch {_nextBatch} is missing.");
            _nextBatch = id + 1;
            _batches.Enqueue(new Batch(id, bytes.Length));
            _batchBytes += bytes.Length;
            PackedRecords.Read(
                bytes,
                id,
                (key, record) =>
                {
                    _lastKey = Math.Max(_lastKey, key);
                    if (forLoading) loaded.Newest[key] = record;
                },
                SetValue);
        }

        _loaded = forLoading ? loaded : null;
    }

    private void SetValue(string name, byte[]? value)
    {
        if (value is null) _values.Remove(name);
        else _values[name] = (byte[])value.Clone();
    }

    // The one write and the one sync. If the sync fails, nobody knows what is on the disk: only a new process may look. If only the write
    // does (a full disk), nothing of it was acknowledged, and it is cut off again.
    private void Write()
    {
        try
        {
            _log.Commit();
        }
        catch (Exception e)
        {
            if (_log.IsUncertain) _broken = e;
            else Revert(e);
            throw;
        }
    }

    // Nothing of this commit was synced: LiteDB is closed and opened again on what was there before.
    private void Revert(Exception cause)
    {
        try
        {
            _log.BeginDiscard();
            _documents.Dispose();
            _log.EndDiscard();
            _isDetached = true;
        }
        catch (Exception e)
        {
            _broken = new AggregateException(cause, e);
            return;
        }

        try
        {
            TryAttach();
        }
        catch (IOException)
        {
            // The disk is still full: the next commit tries again.
        }
    }

    /// <summary>Opens LiteDB again on what the files hold.</summary>
    /// <exception cref="IOException">It cannot be for now, or, with <see cref="_broken"/> set, not at all.</exception>
    private void TryAttach()
    {
        try
        {
            _log.Dispose();
            Attach(forLoading: false);
            _isDetached = false;
        }
        catch (Exception e) when (e is not IOException)
        {
            _broken = e;
            throw new IOException($"The index '{_name}' cannot be read any more; restart to have it built again. {e.Message}", e);
        }
    }

    private List<KeyValuePair<long, byte[]>> Pack(
        IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>?>> records, IReadOnlyList<KeyValuePair<string, byte[]?>> values)
    {
        var batches = new List<KeyValuePair<long, byte[]>>();
        PackedRecords.Begin(_writer);
        foreach (var (key, record) in records)
        {
            PackedRecords.Add(_writer, key, record);
            if (_writer.WrittenCount >= MaxBatchBytes) Finish();
        }

        foreach (var (name, value) in values)
        {
            PackedRecords.Add(_writer, name, value);
            if (_writer.WrittenCount >= MaxBatchBytes) Finish();
        }

        if (_writer.WrittenCount > PackedRecords.HeadSize) Finish();
        return batches;

        void Finish()
        {
            var id = _nextBatch + batches.Count;
            batches.Add(new(id, PackedRecords.End(_writer, id)));
            PackedRecords.Begin(_writer);
        }
    }

    // Many new keys above all others, as a first scan brings them: they go to pages at once, and are written once instead of twice.
    private bool IsLargeAppend(IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>?>> records)
    {
        long bytes = 0, last = _lastKey;
        foreach (var (key, record) in records)
        {
            if (record is null || key <= last) return false;
            last = key;
            bytes += record.Value.Length;
        }

        return bytes >= MaxBatchBytes;
    }

    private void AppendPages(IReadOnlyList<KeyValuePair<long, ReadOnlyMemory<byte>?>> records)
    {
        var sorted = new List<KeyValuePair<long, ReadOnlyMemory<byte>>>(records.Count);
        foreach (var (key, record) in records) sorted.Add(new(key, record!.Value));
        _lastKey = sorted[^1].Key;
        _pages.Replace(_pages.Count, WritePages(sorted, reuse: null));
    }

    private void StepFold(long budget)
    {
        if (_fold is null)
        {
            if (_batchBytes <= Math.Max(FoldAtBytes, _pages.Bytes / 4) && _batches.Count <= FoldAtBatches) return;
            _fold = BeginFold();
        }

        while (!_fold.IsMerged && budget > 0) budget -= FoldOnePage(_fold, budget);
        if (!_fold.IsMerged || budget <= 0) return;

        var delete = new List<long>();
        while (delete.Count < FoldStepDeletes && _batches.TryPeek(out var batch) && batch.Id <= _fold.LastBatch)
        {
            delete.Add(batch.Id);
            _batchBytes -= _batches.Dequeue().Bytes;
        }

        // Values first go to their page, all of them and as of now: batches that stay are replayed over it in order.
        if (delete.Count > 0)
        {
            PutValues();
            _documents.Delete(Documents.Batches, delete);
        }

        if (_batches.Count == 0 || _batches.Peek().Id > _fold.LastBatch) _fold = null;
    }

    private Fold BeginFold()
    {
        var newest = new Dictionary<long, ReadOnlyMemory<byte>?>();
        var last = 0L;
        foreach (var (id, bytes) in _documents.ReadAll(Documents.Batches))
        {
            PackedRecords.Read(bytes, id, (key, record) => newest[key] = record, static (_, _) => { });
            last = id;
        }

        return new Fold(newest, last);
    }

    private long FoldOnePage(Fold fold, long budget)
    {
        var index = _pages.Find(fold.NextKey);
        var merged = new SortedDictionary<long, ReadOnlyMemory<byte>>();
        PageIndex.Page? old = index < 0 ? null : _pages[index];
        if (old is { } page)
        {
            PackedRecords.Read(
                _documents.Read(Documents.Pages, page.DocumentId), page.DocumentId, (key, record) => merged[key] = record!.Value, static (_, _) => { });
        }

        long? below = index + 1 < _pages.Count ? _pages[index + 1].FirstKey : null;
        foreach (var (key, record) in fold.Take(below, budget))
        {
            if (record is { } live) merged[key] = live;
            else merged.Remove(key);
        }

        var written = WritePages([.. merged], old?.DocumentId);
        if (written.Count == 0 && old is { } gone) _documents.Delete(Documents.Pages, [gone.DocumentId]);
        _pages.Replace(Math.Max(index, 0), written);
        long cost = MaxPageBytes / 8;
        foreach (var one in written) cost += one.Bytes;
        return cost;
    }

    private List<PageIndex.Page> WritePages(List<KeyValuePair<long, ReadOnlyMemory<byte>>> records, long? reuse)
    {
        long total = 0;
        foreach (var (_, record) in records) total += PackedRecords.RecordOverhead + record.Length;
        var count = Math.Max(1, (total + MaxPageBytes - 1) / MaxPageBytes);
        var share = total / count;
        var pages = new List<PageIndex.Page>((int)count);
        var first = 0L;
        PackedRecords.Begin(_writer);
        foreach (var (key, record) in records)
        {
            if (_writer.WrittenCount == PackedRecords.HeadSize) first = key;
            PackedRecords.Add(_writer, key, record);
            if (_writer.WrittenCount >= share) Finish();
        }

        if (_writer.WrittenCount > PackedRecords.HeadSize) Finish();
        return pages;

        void Finish()
        {
            var id = reuse ?? _nextPage++;
            var bytes = PackedRecords.End(_writer, id);
            if (reuse is null) _documents.Insert(Documents.Pages, id, bytes);
            else _documents.Update(Documents.Pages, id, bytes);
            reuse = null;
            pages.Add(new PageIndex.Page(first, id, bytes.Length));
            PackedRecords.Begin(_writer);
        }
    }

    private void PutValues()
    {
        PackedRecords.Begin(_writer);
        foreach (var (name, value) in _values) PackedRecords.Add(_writer, name, value);
        _documents.Upsert(Documents.Pages, ValuesDocument, PackedRecords.End(_writer, ValuesDocument));
    }

    private readonly record struct Batch(long Id, int Bytes);

    // What was read while opening, kept until it is loaded: it would be read twice otherwise.
    private sealed class Loaded
    {
        public Queue<KeyValuePair<long, byte[]>> Pages { get; } = new();

        public Dictionary<long, ReadOnlyMemory<byte>?> Newest { get; } = [];
    }
}
