#pragma warning disable RS0030 // The index's own files, outside of any share.
using System.Globalization;

namespace Sync.Engine.Store.LiteDb;

/// <summary>The files of one database, held for this process by a lock file that is never renamed or removed.</summary>
internal sealed class StoreFiles : IDisposable
{
    private readonly string _path;
    private readonly FileStream _lock;

    private StoreFiles(string path, FileStream @lock)
    {
        _path = path;
        _lock = @lock;
    }

    /// <summary>Takes the lock.</summary>
    /// <exception cref="IOException">Another process, or another store of this one, has it.</exception>
    public static StoreFiles Lock(string path)
    {
        var lockPath = path + ".lock";
        try
        {
            return new StoreFiles(path, new FileStream(lockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException e) when (e is not (FileNotFoundException or DirectoryNotFoundException or PathTooLongException))
        {
            throw new IOException($"The index '{path}' cannot be locked; most likely another process has it open. End that one first. ({e.Message})", e);
        }
    }

    /// <summary>Opens data and log, making them if needed, their names durable.</summary>
    public (IStoreFile Data, IStoreFile Log) Open()
    {
        var made = !File.Exists(_path) || !File.Exists(LogPath(_path));
        var data = new OsStoreFile(_path);
        try
        {
            var log = new OsStoreFile(LogPath(_path));
            if (made) DurableNames.Sync(Path.GetDirectoryName(_path)!);
            return (data, log);
        }
        catch
        {
            data.Dispose();
            throw;
        }
    }

    /// <summary>Renames both, closed by now, out of the way. Returns the data file's new path.</summary>
    public string SetAside(DateTimeOffset now)
    {
        var aside = _path + ".corrupt-" + now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        for (var i = 2; File.Exists(aside) || File.Exists(LogPath(aside)); i++)
            aside = string.Create(CultureInfo.InvariantCulture, $"{_path}.corrupt-{now.UtcDateTime:yyyyMMdd'T'HHmmss'Z'}-{i}");
        // The data goes first: a crash in between leaves a log without data, which the next start sees; data without its log
        // would pass for an older state.
        File.Move(_path, aside);
        File.Move(LogPath(_path), LogPath(aside));
        return aside;
    }

    /// <inheritdoc/>
    public void Dispose() => _lock.Dispose();

    private static string LogPath(string path) => path + "-log";
}
