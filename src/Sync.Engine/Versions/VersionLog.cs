using System.Buffers;
using Sync.Engine.Files;

namespace Sync.Engine.Versions;

/// <summary>The file that remembers what the version store's files were: appended line by line, rewritten when most lines are dead.</summary>
internal sealed class VersionLog : IDisposable
{
    /// <summary>Its name in the version store's directory.</summary>
    public const string Name = "log.jsonl";

    // Below this, rewriting is not worth a file.
    private const int MinDeadLines = 64;

    private readonly IFileSystem _fs;
    private readonly string _path;
    private readonly ArrayBufferWriter<byte> _line = new();
    private IWritableFile? _file;
    private long _end;
    private int _lines;

    private VersionLog(IFileSystem fs, string directory)
    {
        _fs = fs;
        _path = directory + "/" + Name;
    }

    /// <summary>Opens or makes the log, and reads it: the last line of each id counts. A torn last line is written over.</summary>
    public static FsError Open(IFileSystem fs, string directory, Dictionary<string, VersionRecord> versions, out VersionLog? log)
    {
        var opened = new VersionLog(fs, directory);
        log = null;
        var error = fs.OpenWrite(opened._path, out opened._file);
        if (error == FsError.NotFound) error = fs.Create(opened._path, out opened._file);
        if (error == FsError.None) error = opened.Read(versions);
        if (error == FsError.None) log = opened;
        else opened.Dispose();
        return error;
    }

    /// <summary>Appends a version's line.</summary>
    public FsError Append(VersionRecord version)
    {
        _line.ResetWrittenCount();
        VersionLine.Write(_line, version);
        return Append();
    }

    /// <summary>Appends the line that says a version is gone.</summary>
    public FsError AppendGone(string id)
    {
        _line.ResetWrittenCount();
        VersionLine.WriteGone(_line, id);
        return Append();
    }

    /// <summary>Rewrites the log if more than two thirds of its lines are dead.</summary>
    public FsError CompactIfWorthIt(IReadOnlyCollection<VersionRecord> live)
    {
        var dead = _lines - live.Count;
        if (dead <= MinDeadLines || dead <= 2 * live.Count) return FsError.None;
        var next = _path + ".new";
        var error = _fs.RemoveFile(next);
        if (error is not (FsError.None or FsError.NotFound)) return error;
        error = _fs.Create(next, out var file);
        if (error != FsError.None) return error;
        _line.ResetWrittenCount();
        long end = 0;
        foreach (var version in live)
        {
            VersionLine.Write(_line, version);
            if (_line.WrittenCount < MaxWrite) continue;
            error = Flush();
            if (error != FsError.None) break;
        }

        if (error == FsError.None) error = Flush();
        // The old log is replaced, so the new one has to be on the device before.
        if (error == FsError.None) error = file!.WriteBack();
        if (error == FsError.None) error = _fs.Rename(next, _path, RenameMode.Replace);
        if (error != FsError.None)
        {
            file!.Dispose();
            return error;
        }

        _file!.Dispose();
        (_file, _end, _lines) = (file, end, live.Count);
        return FsError.None;

        FsError Flush()
        {
            var failed = file!.Write(end, _line.WrittenSpan);
            end += _line.WrittenCount;
            _line.ResetWrittenCount();
            return failed;
        }
    }

    private const int MaxWrite = 1 << 20;

    /// <summary>`fdatasync`.</summary>
    public FsError Sync() => _file!.Sync();

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private FsError Append()
    {
        var error = _file!.Write(_end, _line.WrittenSpan);
        if (error != FsError.None) return error;
        _end += _line.WrittenCount;
        _lines++;
        return FsError.None;
    }

    private FsError Read(Dictionary<string, VersionRecord> versions)
    {
        var error = _file!.Stat(out var stat);
        if (error != FsError.None) return error;
        // Room for one byte more than there is: a buffer that is full holds a line too long to be one.
        var buffer = new byte[Math.Min(MaxWrite, stat.Stamp.Size + 1)];
        int kept = 0;
        long offset = 0;
        while (true)
        {
            error = _file.Read(offset, buffer.AsSpan(kept), out var read);
            if (error != FsError.None) return error;
            if (read == 0) break;
            offset += read;
            var filled = kept + read;
            var start = 0;
            while (buffer.AsSpan(start, filled - start).IndexOf((byte)'\n') is >= 0 and var length)
            {
                _lines++;
                if (length <= VersionLine.MaxLength && VersionLine.TryRead(buffer.AsMemory(start, length), out var id, out var version))
                {
                    if (version is null) versions.Remove(id);
                    else versions[id] = version;
                }

                start += length + 1;
            }

            kept = filled - start;
            // Not a line of ours: skipped, so that a damaged log costs no memory.
            if (kept == buffer.Length) kept = 0;
            else buffer.AsSpan(start, kept).CopyTo(buffer);
        }

        _end = offset - kept;
        return kept == 0 ? FsError.None : _file.SetLength(_end);
    }
}
