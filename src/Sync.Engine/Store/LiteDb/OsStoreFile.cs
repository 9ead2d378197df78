#pragma warning disable RS0030 // The index's own files, outside of any share.
using Microsoft.Win32.SafeHandles;

namespace Sync.Engine.Store.LiteDb;

/// <summary>A file of the operating system, opened for this process alone.</summary>
internal sealed class OsStoreFile : IStoreFile
{
    private readonly SafeFileHandle _handle;

    /// <summary>Opens or creates it.</summary>
    public OsStoreFile(string path) =>
        _handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, FileOptions.RandomAccess);

    /// <inheritdoc/>
    public long Length => RandomAccess.GetLength(_handle);

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> buffer)
    {
        var done = 0;
        while (done < buffer.Length)
        {
            var read = RandomAccess.Read(_handle, buffer[done..], offset + done);
            if (read == 0) break;
            done += read;
        }

        return done;
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> data) => RandomAccess.Write(_handle, data, offset);

    /// <inheritdoc/>
    public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

    /// <inheritdoc/>
    public void Sync() => RandomAccess.FlushToDisk(_handle);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
