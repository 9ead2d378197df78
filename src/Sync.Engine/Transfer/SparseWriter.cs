using Sync.Engine.Files;

namespace Sync.Engine.Transfer;

/// <summary>
/// Writes a file from an offset to its end, where nothing stands yet behind that offset: long runs of zeros are left out and so become holes. Not thread-safe.
/// </summary>
internal sealed class SparseWriter(IWritableFile file, long position)
{
    /// <summary>Shorter runs are written: a hole costs the file system an extent.</summary>
    private const int LeastHole = 32 << 10;

    private const int Block = 4 << 10;

    /// <summary>How much is written before the device is set to work: the wait at the end is for less than this.</summary>
    private const long WriteBackEvery = 16 << 20;

    /// <summary>How much is copied at a time: what was copied is read back, and should still be in the page cache then.</summary>
    private const long CopyAtOnce = 8 << 20;

    private static readonly byte[] Zeros = new byte[LeastHole];

    private long _pendingZeros;
    private long _unwritten;

    /// <summary>Where the next byte goes.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Appends bytes.</summary>
    public FsError Append(ReadOnlySpan<byte> data)
    {
        for (var at = 0; at < data.Length;)
        {
            var zeros = CountZeros(data[at..]);
            _pendingZeros += zeros;
            Position += zeros;
            at += zeros;
            if (at == data.Length) break;

            var error = SettleZeros();
            if (error != FsError.None) return error;
            var end = at + LengthOfData(data[at..]);
            error = file.Write(Position, data[at..end]);
            if (error != FsError.None) return error;
            Advance(end - at);
            at = end;
        }

        return FsError.None;
    }

    /// <summary>Appends up to <paramref name="length"/> bytes of another file, by reflink where that can be.</summary>
    public FsError Copy(IReadableFile source, long offset, long length, out long copied)
    {
        copied = 0;
        var error = SettleZeros();
        if (error != FsError.None) return error;
        var piece = PieceFor(offset, length);
        error = file.CopyFrom(source, offset, Position, piece);
        if (error != FsError.None) return error;
        copied = piece;
        Advance(piece);
        return FsError.None;
    }

    /// <summary>Reads back what was appended.</summary>
    public FsError Read(long offset, Span<byte> buffer)
    {
        var error = file.Read(offset, buffer, out var read);
        // Behind the end of the file, zeros are pending.
        if (error == FsError.None) buffer[read..].Clear();
        return error;
    }

    /// <summary>All is appended: gives the file its length and waits until it is on the device.</summary>
    public FsError Finish()
    {
        var error = file.SetLength(Position);
        return error == FsError.None ? file.WriteBack() : error;
    }

    // Blocks can be shared only where source and target are aligned alike, and only whole ones.
    private long PieceFor(long offset, long length)
    {
        length = Math.Min(length, CopyAtOnce);
        if ((offset - Position) % Block != 0) return length;
        var head = (Block - Position % Block) % Block;
        if (head > 0) return Math.Min(head, length);
        return length > Block ? length - length % Block : length;
    }

    private FsError SettleZeros()
    {
        var count = _pendingZeros;
        _pendingZeros = 0;
        return count is 0 or >= LeastHole ? FsError.None : file.Write(Position - count, Zeros.AsSpan(0, (int)count));
    }

    private void Advance(long count)
    {
        Position += count;
        _unwritten += count;
        if (_unwritten < WriteBackEvery) return;
        _unwritten = 0;
        file.BeginWriteBack();
    }

    // Up to the next block of zeros, or the zeros at the end of the data.
    private int LengthOfData(ReadOnlySpan<byte> data)
    {
        for (var block = (int)((Block - Position % Block) % Block); block < data.Length; block += Block)
        {
            var end = Math.Min(block + Block, data.Length);
            if (block > 0 && CountZeros(data[block..end]) == end - block) return block;
        }

        return data.Length;
    }

    private static int CountZeros(ReadOnlySpan<byte> data)
    {
        var count = data.IndexOfAnyExcept((byte)0);
        return count < 0 ? data.Length : count;
    }
}
