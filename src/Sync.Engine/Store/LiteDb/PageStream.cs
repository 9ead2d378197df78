namespace Sync.Engine.Store.LiteDb;

/// <summary>What LiteDB sees of a file: a stream that it reads and writes by whole pages. LiteDB's own flushes do nothing;
/// the store decides when a file is synced, so that a commit costs one sync.</summary>
internal abstract class PageStream : Stream
{
    /// <summary>LiteDB's page size.</summary>
    public const int PageSize = 8192;

    private long _position;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => _position = value;
    }

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => _position = origin switch
    {
        SeekOrigin.Begin => offset,
        SeekOrigin.Current => _position + offset,
        _ => Length + offset,
    };

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        CheckAligned(buffer.Length);
        for (var done = 0; done < buffer.Length; done += PageSize)
        {
            if (_position >= Length) return done;
            ReadPage(_position / PageSize, buffer.Slice(done, PageSize));
            _position += PageSize;
        }

        return buffer.Length;
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        CheckAligned(buffer.Length);
        for (var done = 0; done < buffer.Length; done += PageSize)
        {
            WritePage(_position / PageSize, buffer.Slice(done, PageSize));
            _position += PageSize;
        }
    }

    /// <summary>Reads a page that is there.</summary>
    protected abstract void ReadPage(long page, Span<byte> buffer);

    /// <summary>Writes a page.</summary>
    protected abstract void WritePage(long page, ReadOnlySpan<byte> data);

    private void CheckAligned(int count)
    {
        if (_position % PageSize != 0 || count % PageSize != 0)
            throw new NotSupportedException("LiteDB 5.0.20 reads and writes whole pages; this version does not.");
    }
}
