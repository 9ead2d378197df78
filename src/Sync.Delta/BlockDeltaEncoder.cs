using System.Buffers;
using System.IO.Hashing;

namespace Sync.Delta;

/// <summary>
/// Finds the blocks of a basis in the bytes of a later content that its chunks do not cover, at any offset (Tridgell, 1999), knowing of the basis
/// only its <see cref="BlockSums"/>. Where a block is found, the search jumps behind it, and looks first for what followed it in the basis, also
/// behind a few blocks that are others now; so that what stayed in place costs a strong sum, and only the rest is rolled over byte by byte, at first
/// among the blocks nearby: a table of all of 1 GiB takes 0.2 s and 28 MB, and most edits do without. Where nothing is found for long, every second stretch is passed over. Time is linear in the bytes, whatever they are. Not thread-safe.
/// </summary>
public sealed class BlockDeltaEncoder
{
    /// <summary>The most literal bytes of one piece.</summary>
    public const int MaxLiterals = 48 << 10;

    /// <summary>The most bytes of steps of one piece.</summary>
    public const int MaxSteps = 16 << 10;

    private const int LookAhead = 8;

    /// <summary>After so many bytes in all that begin no block nearby, all blocks are looked through from then on.</summary>
    private const int NearOnly = 64 << 10;

    /// <summary>A range of the basis is near up to this length, in bytes.</summary>
    private const long MostNear = 16 << 20;

    /// <summary>After so many bytes without a block, half as many are passed over; and so on, until one is found.</summary>
    private const long PassOverAfter = 8 << 20;

    private readonly BlockSums _sums;
    private BlockTable? _table;
    private bool _isTableOfAll;
    private readonly RollingSum _rolling;
    private readonly long _seed;
    private readonly int _size;
    private readonly Action<BlockDelta> _emit;
    private readonly ArrayBufferWriter<byte> _steps = new(1024);
    private byte[] _buffer;
    private int _end;
    private byte[] _literals = new byte[MaxLiterals];
    private int _filled;
    private int _stepLiterals;
    private long _copyOffset;
    private long _copyLength;
    private long _lastEnd;
    private long _unfound;
    private int _unfoundNearby;
    private int _expected = -1;

    /// <param name="sums">Of the basis.</param>
    /// <param name="key">The one that they are made with.</param>
    /// <param name="emit">Called with each piece; its memory belongs to the callee.</param>
    /// <exception cref="ArgumentException">The sums are made with another key.</exception>
    public BlockDeltaEncoder(BlockSums sums, BlockKey key, Action<BlockDelta> emit)
    {
        ArgumentNullException.ThrowIfNull(sums);
        ArgumentNullException.ThrowIfNull(key);
        if (sums.Key != key.Fingerprint) throw new ArgumentException("The sums are made with another key.", nameof(key));
        _sums = sums;
        _size = sums.BlockSize;
        _rolling = new RollingSum(key.Multiplier, _size);
        _seed = key.Seed;
        _emit = emit;
        _buffer = new byte[(LookAhead + 2) * _size];
    }

    /// <summary>Bytes of pieces so far that are copied.</summary>
    public long Copied { get; private set; }

    /// <summary>What is appended next most likely comes from one range of the basis.</summary>
    /// <param name="from">Where it begins, in bytes: what the first byte was, if it was not inserted.</param>
    /// <param name="to">Behind its end.</param>
    public void BeginRange(long from, long to)
    {
        if (_isTableOfAll) return;
        var first = (int)Math.Clamp(from / _size, 0, _sums.Count);
        var end = (int)Math.Clamp((to + _size - 1) / _size, first, _sums.Count);
        _table = to - from > MostNear ? null : new BlockTable(_sums, first, end - first);
    }

    /// <summary>Takes in the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (_buffer.Length - _end < data.Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _end + data.Length));
        data.CopyTo(_buffer.AsSpan(_end));
        _end += data.Length;
        Search(isLast: false);
    }

    /// <summary>What follows is not the continuation of what was appended: all of that is put into pieces.</summary>
    public void EndRange()
    {
        Search(isLast: true);
        Literal(_buffer.AsSpan(0, _end));
        _end = 0;
        _expected = -1;
    }

    /// <summary>Emits what is left.</summary>
    public void Finish()
    {
        EndRange();
        Flush();
    }

    private void Search(bool isLast)
    {
        var at = 0;
        var literalsFrom = 0;
        var isKnown = false;
        ulong sum = 0;
        var reserve = isLast ? 0 : LookAhead * _size;
        while (_end - at >= _size + 1 + reserve || (isLast && _end - at >= _size))
        {
            if (_expected >= 0)
            {
                var ahead = AheadAt(at);
                if (ahead >= 0)
                {
                    at += ahead * _size;
                    Literal(_buffer.AsSpan(literalsFrom, at - literalsFrom));
                    Copy(_expected + ahead);
                    at += _size;
                    literalsFrom = at;
                    isKnown = false;
                    continue;
                }

                _expected = -1;
            }

            if (_unfound >= PassOverAfter)
            {
                var passed = (int)Math.Min(_unfound - (PassOverAfter / 2), _end - at - _size);
                if (passed <= 0)
                {
                    _unfound = PassOverAfter / 2;
                    continue;
                }

                at += passed;
                _unfound -= passed;
                isKnown = false;
                continue;
            }

            if (!isKnown) sum = _rolling.Of(_buffer.AsSpan(at, _size));
            isKnown = true;
            var rolling = (uint)(sum >> 32);
            if (_table is null || (!_isTableOfAll && ++_unfoundNearby > NearOnly))
            {
                _table = new BlockTable(_sums, 0, _sums.Count);
                _isTableOfAll = true;
            }

            if (_table.MayHave(rolling) && FindAt(at, rolling) is var block and >= 0)
            {
                Literal(_buffer.AsSpan(literalsFrom, at - literalsFrom));
                Copy(block);
                at += _size;
                literalsFrom = at;
                isKnown = false;
                continue;
            }

            if (at + _size == _end) break;
            sum = _rolling.Roll(sum, _buffer[at], _buffer[at + _size]);
            at++;
            _unfound++;
        }

        // What can no longer begin a block is literal; the rest waits for more.
        if (at > literalsFrom) Literal(_buffer.AsSpan(literalsFrom, at - literalsFrom));
        _buffer.AsSpan(at, _end - at).CopyTo(_buffer);
        _end -= at;
    }

    /// <summary>How many blocks further the basis goes on as before, or -1.</summary>
    private int AheadAt(int at)
    {
        for (var ahead = 0; ahead <= LookAhead; ahead++)
        {
            var block = _expected + ahead;
            var from = at + (ahead * _size);
            if (block >= _sums.Count || from + _size > _end) break;
            if (XxHash3.HashToUInt64(_buffer.AsSpan(from, _size), _seed) == _sums.Strong[block]) return ahead;
        }

        return -1;
    }

    private int FindAt(int at, uint rolling)
    {
        var candidate = _table!.Find(rolling);
        if (candidate < 0) return -1;
        var strong = XxHash3.HashToUInt64(_buffer.AsSpan(at, _size), _seed);
        for (; candidate >= 0; candidate = _table.Find(rolling, candidate))
            if (_sums.Strong[candidate] == strong) return candidate;
        return -1;
    }

    private void Copy(int block)
    {
        _unfound = 0;
        _expected = block + 1;
        Copied += _size;
        var offset = (long)block * _size;
        if (_copyLength > 0 && _copyOffset + _copyLength == offset)
        {
            _copyLength += _size;
            return;
        }

        if (_copyLength > 0) EndStep();
        _copyOffset = offset;
        _copyLength = _size;
    }

    private void Literal(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_copyLength > 0) EndStep();
            if (_filled == MaxLiterals) Flush();
            var taken = bytes[..Math.Min(bytes.Length, MaxLiterals - _filled)];
            taken.CopyTo(_literals.AsSpan(_filled));
            _filled += taken.Length;
            _stepLiterals += taken.Length;
            bytes = bytes[taken.Length..];
        }
    }

    private void EndStep()
    {
        Varint.Write(_steps, (ulong)_stepLiterals);
        Varint.Write(_steps, Varint.ZigZag(_copyLength > 0 ? _copyOffset - _lastEnd : 0));
        Varint.Write(_steps, (ulong)_copyLength);
        if (_copyLength > 0) _lastEnd = _copyOffset + _copyLength;
        _stepLiterals = 0;
        _copyLength = 0;
        if (_steps.WrittenCount > MaxSteps - (3 * Varint.MaxSize)) Flush();
    }

    private void Flush()
    {
        if (_stepLiterals > 0 || _copyLength > 0) EndStep();
        if (_steps.WrittenCount == 0) return;
        _emit(new BlockDelta(_steps.WrittenSpan.ToArray(), _literals.AsMemory(0, _filled)));
        _steps.ResetWrittenCount();
        _literals = new byte[MaxLiterals];
        _filled = 0;
        _lastEnd = 0;
    }
}
