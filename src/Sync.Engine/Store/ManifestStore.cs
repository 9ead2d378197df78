#pragma warning disable RS0030 // The replica's own data, outside of any share.
using System.Globalization;
using Sync.Delta;

namespace Sync.Engine.Store;

/// <summary>
/// Chunk lists by content id, a file each, in two levels of directories by the id's first digits, and beside them the sums of the blocks of longer
/// contents. A cache that can be lost: nothing is synced, and whoever reads a manifest checks it against its id. Safe from any thread.
/// </summary>
internal sealed class ManifestStore
{
    /// <summary>The longest manifest: a file of 16 TiB in chunks of 8 MiB has 2 million of them, 64 MiB of ids.</summary>
    public const int MaxBytes = 64 << 20;

    /// <summary>So many bytes of block sums are kept, unless told otherwise: those of some 90 GB in files below 2 GiB.</summary>
    public const long DefaultSumsBudget = 2L << 30;

    private const int CachedBytes = 8 << 20;
    private const string TemporarySuffix = ".tmp";
    private const string SumsSuffix = ".sums";
    private const string KeyName = "key";

    /// <summary>Null: nothing outlives the cache.</summary>
    private readonly string? _directory;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly LinkedList<KeyValuePair<ContentId, byte[]>> _recent = new();
    private readonly Dictionary<ContentId, LinkedListNode<KeyValuePair<ContentId, byte[]>>> _cache = [];
    private long _cached;
    private readonly Lock _sumsGate = new();
    private readonly long _sumsBudget;
    private long _sumsBytes = -1;
    private int _temporary;

    /// <summary>Opens the store in a directory of the replica's data, which is made if it is missing.</summary>
    /// <param name="directory">Of its own.</param>
    /// <param name="time">The clock.</param>
    /// <param name="sumsBudget">So many bytes of block sums at most: beyond it the oldest go, and with them only bytes on the wire are lost.</param>
    public ManifestStore(string directory, TimeProvider time, long sumsBudget = DefaultSumsBudget)
    {
        _directory = directory;
        _sumsBudget = sumsBudget;
        _time = time;
        Directory.CreateDirectory(directory);
        Key = OpenKey();
    }

    private ManifestStore(TimeProvider time, BlockKey key)
    {
        _time = time;
        Key = key;
    }

    /// <summary>The secret with which blocks are summed here. A lost one makes the sums useless, which shows at each.</summary>
    public BlockKey Key { get; }

    /// <summary>A store without a directory: it has what was written lately.</summary>
    /// <param name="time">The clock.</param>
    /// <param name="key">The secret; null: a new one.</param>
    public static ManifestStore InMemory(TimeProvider time, BlockKey? key = null) => new(time, key ?? BlockKey.New());

    /// <summary>Reads a manifest; false if it is not there, or is too long to be one. The bytes are shared: do not change them.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public bool TryRead(ContentId id, out byte[] manifest)
    {
        lock (_gate)
        {
            if (_cache.TryGetValue(id, out var node))
            {
                _recent.Remove(node);
                _recent.AddFirst(node);
                manifest = node.Value.Value;
                return true;
            }
        }

        manifest = [];
        if (_directory is null || Read(PathOf(id)) is not { } bytes) return false;
        manifest = bytes;
        Cache(id, manifest);
        return true;
    }

    /// <summary>Reads the block sums of a content; null if there are none that can be used.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public BlockSums? ReadSums(ContentId id) =>
        _directory is not null && Read(PathOf(id) + SumsSuffix) is { } bytes && BlockSums.TryDecode(bytes, Key, out var sums) ? sums : null;

    /// <summary>Keeps the block sums of a content.</summary>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void WriteSums(ContentId id, BlockSums sums)
    {
        if (_directory is null) return;
        var bytes = sums.Encode();
        Write(PathOf(id) + SumsSuffix, bytes);
        lock (_sumsGate)
        {
            if (_sumsBytes >= 0) _sumsBytes += bytes.Length;
            if (_sumsBytes < 0 || _sumsBytes > _sumsBudget) TrimSums();
        }
    }

    /// <summary>Writes a manifest; a reader sees all of it or nothing. One that is there already is written again: it may be a torn one.</summary>
    /// <exception cref="ArgumentException">Longer than <see cref="MaxBytes"/>.</exception>
    /// <exception cref="IOException">The disk failed or is full.</exception>
    public void Write(ContentId id, byte[] manifest)
    {
        if (manifest.Length > MaxBytes) throw new ArgumentException($"A manifest has {manifest.Length} bytes; at most {MaxBytes} are kept.", nameof(manifest));
        if (_directory is not null) Write(PathOf(id), manifest);
        Cache(id, manifest);
    }

    /// <summary>Forgets a manifest, such as one that does not match its id.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public void Remove(ContentId id)
    {
        Evict(id);
        if (_directory is null) return;
        try
        {
            File.Delete(PathOf(id));
            File.Delete(PathOf(id) + SumsSuffix);
        }
        catch (DirectoryNotFoundException)
        {
            // Then it was never there.
        }
        catch (UnauthorizedAccessException e)
        {
            throw Failed(e);
        }
    }

    /// <summary>Removes manifests that no entry needs and nobody wrote lately, and what crashes left. Returns how many.</summary>
    /// <param name="isLive">True for a content id to be kept.</param>
    /// <param name="olderThan">Younger ones stay: a transfer may be about to need them.</param>
    public int Sweep(Func<ContentId, bool> isLive, TimeSpan olderThan)
    {
        if (_directory is null) return 0;
        var edge = _time.GetUtcNow().UtcDateTime - olderThan;
        var removed = 0;
        foreach (var path in Directory.EnumerateFiles(_directory, "*", SearchOption.AllDirectories))
        {
            var name = Path.GetFileName(path);
            var known = ContentId.TryParse(name.EndsWith(SumsSuffix, StringComparison.Ordinal) ? name[..^SumsSuffix.Length] : name, out var id);
            if (!known && !name.EndsWith(TemporarySuffix, StringComparison.Ordinal)) continue;
            if (known && isLive(id)) continue;
            if (File.GetLastWriteTimeUtc(path) > edge) continue;
            if (known) Evict(id);
            File.Delete(path);
            removed++;
        }

        return removed;
    }

    // A quarter more than must go, so that it is not looked through at each write.
    private void TrimSums()
    {
        try
        {
            TrimSumsTo(_sumsBudget / 4 * 3);
        }
        catch (UnauthorizedAccessException e)
        {
            throw Failed(e);
        }
    }

    private void TrimSumsTo(long left)
    {
        var all = new DirectoryInfo(_directory!).EnumerateFiles("*" + SumsSuffix, SearchOption.AllDirectories).Select(f => (f.FullName, f.Length, f.LastWriteTimeUtc)).ToList();
        _sumsBytes = all.Sum(f => f.Length);
        if (_sumsBytes <= _sumsBudget) return;
        foreach (var (path, length, _) in all.OrderBy(f => f.LastWriteTimeUtc))
        {
            if (_sumsBytes <= left) break;
            File.Delete(path);
            _sumsBytes -= length;
        }
    }

    private static byte[]? Read(string path)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var length = RandomAccess.GetLength(file);
            if (length > MaxBytes) return null;
            var bytes = new byte[length];
            var done = 0;
            while (done < bytes.Length)
            {
                var read = RandomAccess.Read(file, bytes.AsSpan(done), done);
                if (read == 0) return null;
                done += read;
            }

            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException e)
        {
            throw Failed(e);
        }
    }

    // To whoever reads or keeps a manifest it is the same as a disk that fails.
    private static IOException Failed(UnauthorizedAccessException e) => new(e.Message, e);

    private void Write(string path, byte[] bytes)
    {
        var temporary = string.Create(
            CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}-{Interlocked.Increment(ref _temporary)}{TemporarySuffix}");
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using (var file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.None, bytes.Length))
                RandomAccess.Write(file, bytes, 0);
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e)
        {
            Drop(temporary);
            if (e is UnauthorizedAccessException denied) throw Failed(denied);
            throw;
        }
    }

    /// <summary>Removes what could not be written whole; where that cannot be done either, the next sweep does it.</summary>
    private static void Drop(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is told is why it could not be written.
        }
    }

    private BlockKey OpenKey()
    {
        var path = Path.Combine(_directory!, KeyName);
        if (Read(path) is { Length: BlockKey.Size } secret) return new BlockKey(secret);
        var key = BlockKey.New();
        Write(path, key.Secret.ToArray());
        return key;
    }

    private string PathOf(ContentId id)
    {
        var hex = id.ToString();
        return Path.Combine(_directory!, hex[..2], hex[2..4], hex);
    }

    private void Cache(ContentId id, byte[] manifest)
    {
        // A large one would push out all others.
        if (manifest.Length > CachedBytes / 4)
        {
            Evict(id);
            return;
        }

        lock (_gate)
        {
            EvictHeld(id);
            _cache.Add(id, _recent.AddFirst(new KeyValuePair<ContentId, byte[]>(id, manifest)));
            _cached += manifest.Length;
            Shrink(CachedBytes);
        }
    }

    /// <summary>Gives memory back: work is over for now. The latest are kept, and all where there is no directory.</summary>
    public void Trim()
    {
        if (_directory is null) return;
        lock (_gate)
        {
            Shrink(CachedBytes / 16);
            _cache.TrimExcess();
        }
    }

    private void Shrink(long to)
    {
        while (_cached > to) EvictHeld(_recent.Last!.Value.Key);
    }

    private void Evict(ContentId id)
    {
        lock (_gate) EvictHeld(id);
    }

    private void EvictHeld(ContentId id)
    {
        if (!_cache.Remove(id, out var node)) return;
        _recent.Remove(node);
        _cached -= node.Value.Value.Length;
    }
}
