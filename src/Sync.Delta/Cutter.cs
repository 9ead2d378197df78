using static Sync.Delta.Chunker;

namespace Sync.Delta;

/// <summary>
/// Finds the cuts of one content in one pass, holding no bytes, whatever the content.
/// A cut leaves no memory behind, so a cutter started at any chunk's offset finds the same cuts from there on.
/// </summary>
internal struct Cutter
{
    private readonly bool _single;
    private ulong _hash;
    private int _piece;
    private int _fine; // bytes since the last cut of class 1, 2 and 3; class 0 cuts at every piece
    private int _coarse;
    private int _coarsest;
    private long _position;
    private int _class;

    /// <summary>A cutter for a content of <paramref name="contentLength"/> bytes, standing at a chunk's <paramref name="offset"/>.</summary>
    public Cutter(long contentLength, long offset)
    {
        _single = contentLength <= SingleChunkLength;
        _position = offset;
        _class = SizeClass.IndexAt(offset);
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
        _position += taken;
        _fine += taken;
        _coarse += taken;
        _coarsest += taken;
        if (!ended) return taken;

        _piece = 0;
        cut = EndsChunk();
        if (cut)
        {
            _fine = _coarse = _coarsest = 0;
            _class = SizeClass.IndexAt(_position);
        }
        return taken;
    }

    // Each class is asked only where the one before it cuts: that is what nests them.
    private bool EndsChunk()
    {
        var classes = SizeClass.All;
        return _class == 0
            || (Ends(classes, 1, ref _fine) && (_class == 1
            || (Ends(classes, 2, ref _coarse) && (_class == 2
            || Ends(classes, 3, ref _coarsest)))));
    }

    private readonly bool Ends(ReadOnlySpan<SizeClass> classes, int index, ref int length)
    {
        if (!classes[index].Ends(length, _hash, classes[index - 1].Max)) return false;
        length = 0;
        return true;
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
