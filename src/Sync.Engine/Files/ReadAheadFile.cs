using Sync.Engine.Control;

namespace Sync.Engine.Files;

/// <summary>
/// A long file that is read once, mostly from one offset on: a thread of its own reads the next megabyte while this one is worked on, past the page
/// cache where it is not there anyway. What was read ahead may be older than a write since: whoever reads checks the stamp or the bytes afterwards,
/// as with any file that is live. One user.
/// </summary>
internal sealed class ReadAheadFile : IReadableFile
{
    /// <summary>Shorter files are read as they are.</summary>
    public const long WorthwhileLength = 32 << 20;

    /// <summary>It is read so many bytes at a time, from a multiple of it on.</summary>
    public const int Size = 1 << 20;

    private readonly IReadableFile _file;
    private readonly object _gate = new();
    private readonly Thread _thread;
    private readonly AlignedMemory _memory = new(3 * Size);
    private Memory<byte> _ahead;
    private Memory<byte> _current;
    private Memory<byte> _former;
    private long _currentOffset = -1;
    private int _currentLength;
    private long _wanted = -1;
    private long _aheadOffset = -1;
    private int _aheadLength;
    private FsError _aheadError;
    private bool _isEnding;

    private ReadAheadFile(IReadableFile file)
    {
        _file = file;
        _current = _memory.Memory[..Size];
        _ahead = _memory.Memory.Slice(Size, Size);
        _former = _memory.Memory[(2 * Size)..];
        _thread = new Thread(ReadAhead) { IsBackground = true, Name = "read ahead" };
        _thread.Start();
    }

    /// <summary>The file, taken over, as it is best read from its beginning on.</summary>
    public static IReadableFile Over(IReadableFile file, long length) => length >= WorthwhileLength ? new ReadAheadFile(file) : file;

    /// <summary>Goes up whenever a megabyte is fetched: as long as it is the same, so are the bytes.</summary>
    public int Fetches { get; private set; }

    /// <inheritdoc/>
    public FsError Stat(out FileStat stat) => _file.Stat(out stat);

    /// <inheritdoc/>
    public FsError Read(long offset, Span<byte> buffer, out int read)
    {
        read = 0;
        while (!buffer.IsEmpty)
        {
            var error = Borrow(offset, buffer.Length, out var piece);
            if (error != FsError.None) return error;
            if (piece.IsEmpty) break;
            piece.Span.CopyTo(buffer);
            buffer = buffer[piece.Length..];
            offset += piece.Length;
            read += piece.Length;
        }

        return FsError.None;
    }

    /// <summary>As <see cref="Read"/>, without a copy: up to so many bytes, at most to the end of a megabyte, which stay as they are until another megabyte has been read and
    /// the next is asked for. Empty at the file's end.</summary>
    public FsError Borrow(long offset, long length, out ReadOnlyMemory<byte> piece)
    {
        piece = default;
        var start = offset & ~(long)(Size - 1);
        if (start != _currentOffset && Fetch(start) is var error and not FsError.None) return error;
        var within = (int)(offset - start);
        if (within < _currentLength) piece = _current.Slice(within, (int)Math.Min(length, _currentLength - within));
        return FsError.None;
    }

    /// <inheritdoc/>
    public FsError ReadOnce(long offset, Span<byte> buffer, out int read) => Read(offset, buffer, out read);

    /// <inheritdoc/>
    public long NextData(long offset) => _file.NextData(offset);

    /// <summary>Closes.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isEnding = true;
            Monitor.PulseAll(_gate);
        }

        _thread.Join();
        ((IDisposable)_memory).Dispose();
        _file.Dispose();
    }

    // Waits for that megabyte, and has the next one read.
    private FsError Fetch(long offset)
    {
        Fetches++;
        lock (_gate)
        {
            while (_wanted >= 0) Monitor.Wait(_gate);
            if (_aheadOffset != offset)
            {
                _wanted = offset;
                Monitor.PulseAll(_gate);
                while (_wanted >= 0) Monitor.Wait(_gate);
            }

            if (_aheadError != FsError.None)
            {
                _aheadOffset = -1;
                return _aheadError;
            }

            (_former, _current, _ahead) = (_current, _ahead, _former);
            var goesOn = offset == 0 || offset == _currentOffset + Size;
            _currentOffset = offset;
            _currentLength = _aheadLength;
            _aheadOffset = -1;
            if (_currentLength < Size || !goesOn) return FsError.None;
            _wanted = offset + Size;
            Monitor.PulseAll(_gate);
            return FsError.None;
        }
    }

    private void ReadAhead()
    {
        CurrentThread.Yield();
        while (true)
        {
            long offset;
            Memory<byte> target;
            lock (_gate)
            {
                while (_wanted < 0 && !_isEnding) Monitor.Wait(_gate);
                if (_isEnding) return;
                offset = _wanted;
                target = _ahead;
            }

            var error = _file.ReadOnce(offset, target.Span, out var read);
            lock (_gate)
            {
                (_aheadOffset, _aheadLength, _aheadError) = (offset, read, error);
                _wanted = -1;
                Monitor.PulseAll(_gate);
            }
        }
    }
}
