namespace Sync.Delta;

/// <summary>
/// Picks, for one target chunk after the other, the basis chunk to take it from. Where there are several equal ones (holes, padding), prefers what
/// follows the last match, then what lies as far from the target's place as the last match did: longer runs, and bytes that stay where they are.
/// </summary>
internal struct BasisMatcher
{
    private readonly Manifest? _basis;
    private readonly ChunkIndex? _index;
    private int _last = -1;
    private long _shift; // basis offset minus target offset

    /// <summary>A matcher that stands at the target's start; without a basis, it finds nothing.</summary>
    public BasisMatcher(Manifest? basis)
    {
        if (basis is not { Count: > 0 }) return;
        _basis = basis;
        _index = ChunkIndex.OfAll(basis);
    }

    /// <summary>The basis chunk equal to <paramref name="chunk"/>, the target's next; -1 if there is none.</summary>
    public int Match(in Chunk chunk)
    {
        if (_basis is null) return -1;
        var found = _last + 1;
        if (!Holds(found, chunk)) found = AtShift(chunk.Offset);
        if (!Holds(found, chunk)) found = _index!.Find(chunk.Id, chunk.Length);
        if (found < 0) return -1;
        _last = found;
        _shift = _basis.OffsetOf(found) - chunk.Offset;
        return found;
    }

    private readonly int AtShift(long targetOffset)
    {
        var i = _basis!.IndexAt(targetOffset + _shift);
        return i >= 0 && _basis.OffsetOf(i) == targetOffset + _shift ? i : -1;
    }

    private readonly bool Holds(int index, in Chunk chunk)
        => index >= 0 && index < _basis!.Count && _basis.Ids[index] == chunk.Id && _basis.LengthOf(index) == chunk.Length;
}
