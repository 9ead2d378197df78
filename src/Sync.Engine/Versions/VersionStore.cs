using Microsoft.Extensions.Logging;
using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Replicas;
using Sync.Engine.Scanning;

namespace Sync.Engine.Versions;

/// <summary>
/// Keeps what sync displaces, under `.sync/versions/ID`, until it is old or the volume's share is used up. To keep something is a line in
/// the log, then one rename: after a crash a line without its file is dropped, and a file is never without its line unless the power went
/// before either was durable; then it is adopted, nameless, and known by its content. Safe from any thread.
/// </summary>
internal sealed class VersionStore : IDisposable
{
    /// <summary>Where it is.</summary>
    public const string DirectoryPath = ".sync/versions";

    /// <summary>The path of a version whose own is not known.</summary>
    public const string UnknownPath = "(unknown)";

    private readonly Lock _gate = new();
    private readonly IFileSystem _fs;
    private readonly TimeProvider _time;
    private readonly ILogger? _logger;
    private readonly VersionLog _log;

    // By id, and so by age.
    private readonly SortedDictionary<string, VersionRecord> _versions = new(StringComparer.Ordinal);
    private readonly Dictionary<ContentId, HashSet<string>> _byContent = [];
    private VersionLimits _limits;
    private long _bytes;
    private readonly Random _random;

    private VersionStore(IFileSystem fs, TimeProvider time, VersionLimits limits, ILogger? logger, VersionLog log, Random random)
    {
        _random = random;
        _fs = fs;
        _time = time;
        _limits = limits;
        _logger = logger;
        _log = log;
    }

    /// <summary>Bytes kept.</summary>
    public long Bytes
    {
        get
        {
            lock (_gate) return _bytes;
        }
    }

    /// <summary>Versions kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _versions.Count;
        }
    }

    /// <summary>What to keep; a share's policy may change while it runs.</summary>
    public VersionLimits Limits
    {
        get
        {
            lock (_gate) return _limits;
        }

        set
        {
            lock (_gate) _limits = value;
        }
    }

    /// <summary>Opens the version store of a share, making it if needed, and adopts what a crash left there.</summary>
    public static FsError Open(IFileSystem fs, TimeProvider time, VersionLimits limits, ILogger? logger, out VersionStore? store, Random? random = null)
    {
        store = null;
        var error = MakeDirectory(fs, PrivateDirectory.Name);
        if (error == FsError.None) error = MakeDirectory(fs, DirectoryPath);
        if (error != FsError.None) return error;
        var known = new Dictionary<string, VersionRecord>(StringComparer.Ordinal);
        error = VersionLog.Open(fs, DirectoryPath, known, out var log);
        if (error != FsError.None) return error;
        var opened = new VersionStore(fs, time, limits, logger, log!, random ?? Random.Shared);
        error = opened.Adopt(known);
        if (error == FsError.None) store = opened;
        else opened.Dispose();
        return error;
    }

    /// <summary>
    /// Moves something into the store: nothing is left at <paramref name="fromPath"/>. <see cref="FsError.NoSpace"/> if that would push out
    /// what is younger than a day: then nothing has changed, and the caller keeps a conflict copy or halts the path.
    /// </summary>
    /// <param name="fromPath">Where it is now: in the tree, or in staging after an exchange.</param>
    /// <param name="originalPath">The path it had in the share.</param>
    /// <param name="stat">What it is.</param>
    /// <param name="reason">"replaced", "deleted", "conflict", "reverted", "torn", "swept".</param>
    /// <param name="version">What is kept, on success.</param>
    /// <param name="content">Its content id, if known: transfers find it by that.</param>
    public FsError Keep(
        string fromPath, string originalPath, FileStat stat, string reason, out StoredVersion? version, ContentId content = default)
    {
        version = null;
        var size = stat.Kind == EntryKind.Directory ? TreeFiles.Size(_fs, fromPath) : stat.Stamp.Size;
        lock (_gate)
        {
            if (!MakeRoom(size)) return FsError.NoSpace;
            var at = _time.GetUtcNow().ToUnixTimeMilliseconds();
            var id = VersionRecord.NewId(at, _random);
            while (_versions.ContainsKey(id)) id = VersionRecord.NewId(at, _random);
            var record = new VersionRecord(id, originalPath, stat.Kind, size, stat.Stamp.MtimeNs, at, reason, content);
            // The name first, then the move: a crash in between costs a line, not a name.
            var error = _log.Append(record);
            if (error != FsError.None) return error;
            error = _fs.Rename(fromPath, PathOf(id), RenameMode.NoReplace);
            if (error != FsError.None)
            {
                // If this line cannot be written either, the next start drops the first one, which has no file.
                _ = _log.AppendGone(id);
                return error;
            }

            Add(record);
            version = record.ToStoredVersion();
            return FsError.None;
        }
    }

    /// <summary>True if so many bytes can be kept without dropping what is younger than a day.</summary>
    public bool CanKeep(long size)
    {
        lock (_gate)
        {
            var old = 0L;
            var budget = Budget();
            if (_bytes + size <= budget) return true;
            var edge = ProtectedSince();
            foreach (var version in _versions.Values)
            {
                if (version.DisplacedAtMs > edge) break;
                old += version.Size;
                if (_bytes - old + size <= budget) return true;
            }

            return false;
        }
    }

    /// <summary>What is kept, newest first: of one path and below it, or all.</summary>
    public IReadOnlyList<StoredVersion> List(string? pathOrPrefix = null)
    {
        var found = new List<StoredVersion>();
        lock (_gate)
        {
            foreach (var version in _versions.Values)
            {
                if (string.IsNullOrEmpty(pathOrPrefix) || IsAtOrBelow(version.Path, pathOrPrefix)) found.Add(version.ToStoredVersion());
            }
        }

        found.Reverse();
        return found;
    }

    /// <summary>One version; null if there is none of that id.</summary>
    public StoredVersion? Find(string id)
    {
        lock (_gate) return _versions.TryGetValue(id, out var version) ? version.ToStoredVersion() : null;
    }

    /// <summary>A version with a content, so that a transfer can take its bytes from here; null if there is none.</summary>
    public StoredVersion? FindContent(ContentId content)
    {
        lock (_gate)
        {
            if (!_byContent.TryGetValue(content, out var ids)) return null;
            foreach (var id in ids) return _versions[id].ToStoredVersion();
            return null;
        }
    }

    /// <summary>The path, below the share's root, at which a version's bytes are.</summary>
    public static string PathOf(string id) =>
        VersionRecord.IsId(id) ? DirectoryPath + "/" + id : throw new ArgumentException("Not the id of a version.", nameof(id));

    /// <summary>Opens a file that is kept. An open file stays readable when its version is swept.</summary>
    public FsError OpenRead(string id, out IReadableFile? file)
    {
        file = null;
        lock (_gate)
        {
            if (!_versions.TryGetValue(id, out var version)) return FsError.NotFound;
            return version.Kind == EntryKind.File ? _fs.OpenRead(PathOf(id), out file) : FsError.Invalid;
        }
    }

    /// <summary>Moves a version back into the tree, where nothing stands yet, and forgets it.</summary>
    public FsError TakeOut(string id, string toPath)
    {
        lock (_gate)
        {
            if (!_versions.TryGetValue(id, out var version)) return FsError.NotFound;
            var error = _fs.Rename(PathOf(id), toPath, RenameMode.NoReplace);
            if (error == FsError.None) Forget(version);
            return error;
        }
    }

    /// <summary>Drops a version, a directory with all it holds.</summary>
    public FsError Remove(string id)
    {
        lock (_gate)
        {
            return _versions.TryGetValue(id, out var version) ? Drop(version) : FsError.NotFound;
        }
    }

    /// <summary>Drops what is too old, then, oldest first, what is too much; never what is younger than a day.</summary>
    public VersionSweep Sweep(DateTimeOffset now)
    {
        lock (_gate)
        {
            int removed = 0, failed = 0;
            long bytes = 0;
            var budget = Budget();
            var safe = now.ToUnixTimeMilliseconds() - (long)VersionLimits.Protected.TotalMilliseconds;
            var old = now.ToUnixTimeMilliseconds() - (long)TimeSpan.FromDays(Math.Max(1, _limits.Days)).TotalMilliseconds;
            foreach (var version in _versions.Values.ToArray())
            {
                if (version.DisplacedAtMs > safe || (version.DisplacedAtMs > old && _bytes <= budget)) break;
                if (Drop(version) == FsError.None)
                {
                    removed++;
                    bytes += version.Size;
                }
                else
                {
                    failed++;
                }
            }

            var error = _log.CompactIfWorthIt(_versions.Values);
            if (error != FsError.None && _logger is not null) VersionLogMessages.NotCompacted(_logger, error);
            return new VersionSweep(removed, bytes, failed, _bytes > budget);
        }
    }

    /// <summary>Makes the log durable; a part of a group's sync, before what it tells of is acknowledged.</summary>
    public FsError Sync()
    {
        lock (_gate) return _log.Sync();
    }

    /// <inheritdoc/>
    public void Dispose() => _log.Dispose();

    private static FsError MakeDirectory(IFileSystem fs, string path)
    {
        var error = fs.MakeDirectory(path, PrivateDirectory.Mode);
        return error == FsError.Exists ? FsError.None : error;
    }

    private static bool IsAtOrBelow(string path, string prefix)
    {
        prefix = prefix.TrimEnd('/');
        return path.StartsWith(prefix, StringComparison.Ordinal) && (path.Length == prefix.Length || path[prefix.Length] == '/');
    }

    private long Budget()
    {
        // A volume that cannot be asked sets no limit: to drop versions on an error would be worse.
        if (_fs.Space(out _, out var total) != FsError.None) return long.MaxValue;
        return total / 100 * Math.Clamp(_limits.Percent, 0, 100);
    }

    private long ProtectedSince() => (_time.GetUtcNow() - VersionLimits.Protected).ToUnixTimeMilliseconds();

    private bool MakeRoom(long size)
    {
        if (!CanKeep(size)) return false;
        var budget = Budget();
        if (_bytes + size <= budget) return true;
        var edge = ProtectedSince();
        foreach (var version in _versions.Values.ToArray())
        {
            if (_bytes + size <= budget) return true;
            if (version.DisplacedAtMs > edge) return false;
            _ = Drop(version);
        }

        return _bytes + size <= budget;
    }

    private FsError Drop(VersionRecord version)
    {
        var error = TreeFiles.Remove(_fs, PathOf(version.Id), version.Kind);
        if (error is FsError.None or FsError.NotFound)
        {
            Forget(version);
            return FsError.None;
        }

        if (_logger is not null) VersionLogMessages.NotRemoved(_logger, version.Id, error);
        return error;
    }

    private void Add(VersionRecord version)
    {
        _versions.Add(version.Id, version);
        _bytes += version.Size;
        if (version.Content.IsNone || version.Kind != EntryKind.File) return;
        if (!_byContent.TryGetValue(version.Content, out var ids)) _byContent.Add(version.Content, ids = new HashSet<string>(StringComparer.Ordinal));
        ids.Add(version.Id);
    }

    private void Forget(VersionRecord version)
    {
        _versions.Remove(version.Id);
        _bytes -= version.Size;
        if (_byContent.TryGetValue(version.Content, out var ids) && ids.Remove(version.Id) && ids.Count == 0) _byContent.Remove(version.Content);
        // Without this line the next start finds no file for the other one, and drops it.
        _ = _log.AppendGone(version.Id);
    }

    private FsError Adopt(Dictionary<string, VersionRecord> known)
    {
        var items = new List<DirectoryItem>();
        var error = _fs.List(DirectoryPath, items);
        if (error != FsError.None) return error;
        foreach (var item in items)
        {
            if (!VersionRecord.IsId(item.Name) || item.Error != FsError.None) continue;
            if (!known.TryGetValue(item.Name!, out var version))
            {
                var stat = item.Stat;
                var path = PathOf(item.Name!);
                var size = stat.Kind == EntryKind.Directory ? TreeFiles.Size(_fs, path) : stat.Stamp.Size;
                // The journal may have it, and nobody else: it is found by its content.
                var content = stat.Kind == EntryKind.File && FileReading.Of(_fs, path, default) is { Error: FsError.None, Changed: false, Manifest: { } manifest } ? manifest.Id : default;
                version = new VersionRecord(
                    item.Name!, UnknownPath, stat.Kind, size, stat.Stamp.MtimeNs, VersionRecord.TimeOf(item.Name!), "swept", content);
                error = _log.Append(version);
                if (error != FsError.None) return error;
            }

            Add(version);
        }

        return _log.CompactIfWorthIt(_versions.Values);
    }
}
