namespace Sync.Protocol.Lines;

/// <summary>
/// Finds whole records in a stream of bytes of which some may be missing, repeated, or of a record whose sender has died in the middle of it. What is no
/// record is passed over; after a record that turns out broken the search goes on within it, so one that begins inside is found. Not safe for more than one thread.
/// </summary>
internal sealed class LineScanner
{
    private readonly byte[] _held = new byte[LineRecord.MaxSize * 2];
    private int _start;
    private int _end;

    /// <summary>Takes a piece of the stream, as much as there is room for.</summary>
    /// <returns>How many bytes were taken; what is left is given again after <see cref="TryTake"/>.</returns>
    public int Feed(ReadOnlySpan<byte> bytes)
    {
        if (_start > 0)
        {
            _held.AsSpan(_start, _end - _start).CopyTo(_held);
            (_start, _end) = (0, _end - _start);
        }

        var taken = Math.Min(bytes.Length, _held.Length - _end);
        bytes[..taken].CopyTo(_held.AsSpan(_end));
        _end += taken;
        return taken;
    }

    /// <summary>Takes the next whole record out.</summary>
    /// <param name="record">Its head.</param>
    /// <param name="payload">Valid until the next call.</param>
    public bool TryTake(out LineRecord record, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        record = default;
        while (SeekMagic())
        {
            var rest = _held.AsSpan(_start, _end - _start);
            if (rest.Length < LineRecord.HeadSize) return false;
            if (!LineRecord.TryReadHead(rest, out record))
            {
                _start++;
                continue;
            }

            if (rest.Length < record.Size) return false;
            payload = rest.Slice(LineRecord.HeadSize, record.Length);
            if (!LineRecord.IsWhole(payload, rest.Slice(LineRecord.HeadSize + record.Length, LineRecord.TailSize)))
            {
                _start++;
                continue;
            }

            _start += record.Size;
            return true;
        }

        return false;
    }

    /// <summary>Gives up waiting for the rest of a record that has begun: what came of it is searched for others.</summary>
    public void Skip()
    {
        if (_start < _end) _start++;
    }

    /// <summary>Moves to the next magic, or to what may be its beginning at the end; false if nothing is left.</summary>
    private bool SeekMagic()
    {
        var rest = _held.AsSpan(_start, _end - _start);
        var at = rest.IndexOf(LineRecord.Magic);
        if (at < 0)
        {
            at = rest.Length;
            for (var i = 1; i < LineRecord.Magic.Length && i <= rest.Length; i++)
            {
                if (rest[^i..].SequenceEqual(LineRecord.Magic[..i])) at = rest.Length - i;
            }
        }

        _start += at;
        return _start < _end;
    }
}
