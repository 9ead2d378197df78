using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.LineEnds;
using Sync.Engine.Scanning;

namespace Sync.Engine.Transfer;

/// <summary>
/// Copies, in staging, of files that never rest: such a file cannot be read as it was at one moment, and what was read of it cannot be sent
/// later. The copy can. One for each file, until a newer one, or until the file rests. Safe from any thread.
/// </summary>
internal sealed class LiveCopies(IFileSystem files)
{
    private readonly Dictionary<ContentId, string> _paths = [];
    private long _next;

    /// <summary>Where the copy with this content is; null: there is none.</summary>
    public string? Find(ContentId content)
    {
        lock (_paths) return _paths.GetValueOrDefault(content);
    }

    /// <summary>Copies a file (by reflink where the file system can), and reads the copy. The stat is the file's, as it was when the copy began.</summary>
    public FileReading Take(string path, LineChoice lines, CancellationToken cancel)
    {
        var copy = $"{PrivateDirectory.Staging}/l-{Interlocked.Increment(ref _next).ToString(System.Globalization.CultureInfo.InvariantCulture)}-{Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        var error = files.OpenRead(path, out var source);
        if (error != FsError.None) return new(error, false, default, null, null);
        FileStat stat;
        using (source)
        {
            error = source!.Stat(out stat);
            if (error == FsError.None) error = Copy(source, stat.Stamp.Size, copy);
        }

        if (error != FsError.None)
        {
            files.RemoveFile(copy);
            return new(error, false, stat, null, null);
        }

        var reading = FileReading.Of(files, copy, cancel, lines: lines);
        if (reading is not { Error: FsError.None, Manifest: { } manifest })
        {
            files.RemoveFile(copy);
            return reading;
        }

        lock (_paths)
        {
            // The same bytes as before: one copy will do.
            if (!_paths.TryAdd(manifest.Id, copy)) files.RemoveFile(copy);
        }

        return reading with { Stat = stat with { Stamp = stat.Stamp with { Size = reading.Stat.Stamp.Size } } };
    }

    /// <summary>A copy is needed no longer: a newer state of the file was taken.</summary>
    public void Drop(ContentId content)
    {
        lock (_paths)
            if (_paths.Remove(content, out var path)) files.RemoveFile(path);
    }

    private FsError Copy(IReadableFile source, long length, string to)
    {
        var error = files.Create(to, out var file);
        if (error != FsError.None) return error;
        using (file) return file!.CopyFrom(source, 0, 0, length);
    }
}
