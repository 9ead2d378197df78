using System.IO.Hashing;

namespace Sync.Delta;

/// <summary>Sums the blocks of a content as its bytes pass by in order, in pieces of any size. Not thread-safe.</summary>
public sealed class BlockSummer
{
    private const int InitialCapacity = 1024;

    private readonly BlockKey _key;
    private readonly RollingSum _rolling;
    private readonly long _length;
    private readonly byte[] _partial;
    private readonly int _blocks;
    private uint[] _rollingSums;
    private ulong[] _strongSums;
    private int _filled;
    private int _count;
    private long _position;

    /// <param name="key">The replica's secret.</param>
    /// <param name="length">Of the content, in bytes. Memory grows with the bytes that come, not with what is announced: 12 bytes a block.</param>
    public BlockSummer(BlockKey key, long length)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _key = key;
        _length = length;
        var size = BlockSums.BlockSizeFor(length);
        _rolling = new RollingSum(key.Multiplier, size);
        _partial = new byte[size];
        _blocks = (int)(length / size);
        _rollingSums = new uint[Math.Min(_blocks, InitialCapacity)];
        _strongSums = new ulong[_rollingSums.Length];
    }

    /// <summary>Takes in the next bytes. What is beyond the length is not summed.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        _position += data.Length;
        if (_filled > 0)
        {
            var taken = Math.Min(data.Length, _partial.Length - _filled);
            data[..taken].CopyTo(_partial.AsSpan(_filled));
            _filled += taken;
            data = data[taken..];
            if (_filled < _partial.Length) return;
            Add(_partial);
            _filled = 0;
        }

        for (; data.Length >= _partial.Length; data = data[_partial.Length..]) Add(data[.._partial.Length]);
        data.CopyTo(_partial);
        _filled = data.Length;
    }

    /// <summary>The sums, once all bytes have passed; null if they were fewer or more.</summary>
    public BlockSums? Finish() => _position == _length ? new BlockSums(_key.Fingerprint, _partial.Length, _length, _rollingSums, _strongSums) : null;

    private void Add(ReadOnlySpan<byte> block)
    {
        if (_count == _blocks) return;
        if (_count == _rollingSums.Length)
        {
            Array.Resize(ref _rollingSums, Math.Min(_blocks, 2 * _count));
            Array.Resize(ref _strongSums, _rollingSums.Length);
        }

        _rollingSums[_count] = (uint)(_rolling.Of(block) >> 32);
        _strongSums[_count] = XxHash3.HashToUInt64(block, _key.Seed);
        _count++;
    }
}
