using static Sync.Delta.Chunker;

namespace Sync.Delta;

/// <summary>
/// Finds the cuts of one content in one pass, holding no bytes: 40 bytes of state, whatever the content.
/// A cut leaves no memory behind, so a cutter started at any chunk's offset finds the same cuts from there on.
/// </summary>
internal struct Cutter
{
    private readonly bool _single;
    private ulong _hash;
    private int _piece;
    private int _chunk;
    private long _start;

    /// <summary>A cutter for a content of <paramref name="contentLength"/> bytes, standing at a chunk's <paramref name="offset"/>.</summary>
    public Cutter(long contentLength, long offset)
    {
        _single = contentLength <= SingleChunkLength;
        _start = offset;
    }

    /// <summary>
    /// Takes bytes from the front of <paramref name="data"/>, up to the next end of a piece or the end of the data.
    /// At most 64 KiB, so that who hashes them next finds them in the cache.
    /// </summary>
    /// <param name="data">What follows the bytes already taken.</param>
    /// <param name="cut">True when a chunk ends behind the bytes taken. The end of the content is not told: its end is known.</param>
    /// <returns>How many bytes were taken.</returns>
    public int Take(ReadOnlySpan<byte> data, out bool cut)
    {
        cut = false;
        if (_single) return data.Length;

        var taken = TakePiece(data, out var ended);
        _chunk += taken;
        if (!ended) return taken;

        _piece = 0;
        if (SizeClass.At(_start).Ends(_chunk, _hash))
        {
            cut = true;
            _start += _chunk;
            _chunk = 0;
        }
        return taken;
    }

    private int TakePiece(ReadOnlySpan<byte> data, out bool ended)
    {
        ended = false;
        var taken = 0;
        // No cut before PieceMin, so nothing is looked at but the window before it: half of the bytes cost nothing.
        taken += Skip(data);
        taken += Warm(data[taken..]);
        taken += Scan(data[taken..], PieceNormal, RareHash, ref ended);
        if (!ended) taken += Scan(data[taken..], PieceMax, CommonHash, ref ended);
        ended |= _piece == PieceMax;
        return taken;
    }

    private int Skip(ReadOnlySpan<byte> data)
    {
        var count = Math.Clamp(PieceMin - Window - _piece, 0, data.Length);
        if (_piece == 0) _hash = 0;
        _piece += count;
        return count;
    }

    private int Warm(ReadOnlySpan<byte> data)
    {
        var count = Math.Clamp(PieceMin - _piece, 0, data.Length);
        _hash = Gear.Roll(_hash, data[..count]);
        _piece += count;
        return count;
    }

    private int Scan(ReadOnlySpan<byte> data, int end, ulong last, ref bool ended)
    {
        var count = Math.Clamp(end - _piece, 0, data.Length);
        var found = Gear.Find(ref _hash, data[..count], last);
        ended = found >= 0;
        if (ended) count = found;
        _piece += count;
        return count;
    }
}
