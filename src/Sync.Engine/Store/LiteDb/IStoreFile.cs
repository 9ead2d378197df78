namespace Sync.Engine.Store.LiteDb;

/// <summary>One file of the database: the seam at which tests cut the power. One thread at a time.</summary>
internal interface IStoreFile : IDisposable
{
    /// <summary>Bytes.</summary>
    long Length { get; }

    /// <summary>Fills as much of <paramref name="buffer"/> as the file has from <paramref name="offset"/> on.</summary>
    int Read(long offset, Span<byte> buffer);

    /// <summary>Writes all of <paramref name="data"/>; durable only after <see cref="Sync"/>.</summary>
    void Write(long offset, ReadOnlySpan<byte> data);

    /// <summary>Cuts or grows the file.</summary>
    void SetLength(long length);

    /// <summary>Returns when everything written so far survives power loss.</summary>
    void Sync();
}
