using System.Formats.Tar;
using System.IO.Compression;
using Sync.Shared.Output;

namespace Sync.Shared.Support;

/// <summary>A .tar.gz that is written for its owner alone, and is not left half written.</summary>
internal sealed class TarFile : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly GZipStream _zip;
    private readonly TarWriter _tar;
    private readonly DateTimeOffset _at;
    private bool _finished;

    private TarFile(string path, FileStream file, DateTimeOffset at)
    {
        _path = path;
        _file = file;
        _at = at;
        _zip = new GZipStream(file, CompressionLevel.Optimal, leaveOpen: true);
        _tar = new TarWriter(_zip, TarEntryFormat.Pax, leaveOpen: true);
    }

    /// <summary>Begins a file that is not there yet, mode 0600.</summary>
    /// <exception cref="CommandFailure">It is there, or cannot be made.</exception>
    public static TarFile Create(string path, DateTimeOffset at)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            return new TarFile(path, new FileStream(path, options), at);
        }
        catch (IOException e) when (File.Exists(path))
        {
            throw new CommandFailure($"{Printable.Text(path)} is there already; name another file", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandFailure($"{Printable.Text(path)} cannot be written: {e.Message}", e);
        }
    }

    /// <summary>Adds a file.</summary>
    public void Add(string name, ReadOnlySpan<byte> bytes)
    {
        var entry = new PaxTarEntry(TarEntryType.RegularFile, name)
        {
            Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            ModificationTime = _at,
            DataStream = new MemoryStream(bytes.ToArray()),
        };
        _tar.WriteEntry(entry);
    }

    /// <summary>Ends it, on the disk.</summary>
    /// <returns>Its length in bytes.</returns>
    public long Finish()
    {
        _tar.Dispose();
        _zip.Dispose();
        _file.Flush(flushToDisk: true);
        _finished = true;
        return _file.Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_finished)
        {
            _tar.Dispose();
            _zip.Dispose();
        }

        _file.Dispose();
        if (!_finished)
            File.Delete(_path);
    }
}
