using System.Numerics;

namespace Sync.Delta;

/// <summary>Finds blocks by their rolling sums. A filter answers most questions about bytes that are in no block; equal blocks are entered once, and
/// no more than a few that only look equal, so that each question costs a bounded time whatever the contents are.</summary>
internal sealed class BlockTable
{
    private const int LongestChain = 8;
    private const int MostFilterBits = 26;

    private readonly BlockSums _sums;
    private readonly int _first;
    private readonly ulong[] _filter;
    private readonly int[] _heads;
    private readonly int[] _next;
    private readonly int _filterShift;
    private readonly int _headShift;

    /// <param name="sums">Of the basis.</param>
    /// <param name="first">The first block that it finds.</param>
    /// <param name="count">How many it finds.</param>
    public BlockTable(BlockSums sums, int first, int count)
    {
        _sums = sums;
        _first = first;
        var bits = Math.Max(6, BitOperations.Log2((uint)Math.Max(1, count)) + 1);
        _headShift = 32 - bits;
        _heads = new int[1 << bits];
        _next = new int[count];
        var filterBits = Math.Min(MostFilterBits, bits + 3);
        _filterShift = 32 - filterBits;
        _filter = new ulong[1 << (filterBits - 6)];
        for (var block = first; block < first + count; block++) Enter(block);
    }

    /// <summary>Whether a block with this sum may be there.</summary>
    public bool MayHave(uint rolling)
    {
        var bit = rolling >> _filterShift;
        return (_filter[bit >> 6] & (1UL << (int)(bit & 63))) != 0;
    }

    /// <summary>The first block with this rolling sum, or the next after <paramref name="after"/>; -1 if there is none.</summary>
    public int Find(uint rolling, int after = -1)
    {
        for (var at = after < 0 ? _heads[rolling >> _headShift] - 1 : _next[after - _first] - 1; at >= 0; at = _next[at] - 1)
            if (_sums.Rolling[_first + at] == rolling) return _first + at;
        return -1;
    }

    private void Enter(int block)
    {
        var rolling = _sums.Rolling[block];
        ref var head = ref _heads[rolling >> _headShift];
        var length = 0;
        for (var at = head - 1; at >= 0; at = _next[at] - 1)
        {
            if (++length == LongestChain || (_sums.Rolling[_first + at] == rolling && _sums.Strong[_first + at] == _sums.Strong[block])) return;
        }

        _next[block - _first] = head;
        head = block - _first + 1;
        var bit = rolling >> _filterShift;
        _filter[bit >> 6] |= 1UL << (int)(bit & 63);
    }
}
