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

    /// <summary>How many of the blocks that have passed are those of another content, made with the same key, at the same place.</summary>
    public int CountSame(BlockSums other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var same = 0;
        for (var i = 0; i < Math.Min(_count, other.Count); i++)
            if (_rollingSums[i] == other.Rolling[i] && _strongSums[i] == other.Strong[i]) same++;
        return same;
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

    /// <summary>As <see cref="Append"/>, for bytes that are known to be those of another content: sums of blocks that are blocks there, too, are taken from it.</summary>
    /// <param name="data">The next bytes.</param>
    /// <param name="other">Its sums, made with the same key.</param>
    /// <param name="offset">Where it has them.</param>
    public void AppendKnown(ReadOnlySpan<byte> data, BlockSums other, long offset)
    {
        ArgumentNullException.ThrowIfNull(other);
        var size = _partial.Length;
        var head = (size - _filled) % size;
        if (other.BlockSize == size && other.Key == _key.Fingerprint && (offset + head) % size == 0 && data.Length >= head)
        {
            Append(data[..head]);
            var first = (offset + head) / size;
            var count = (int)Math.Min(Math.Min((data.Length - head) / size, other.Count - first), _blocks - _count);
            for (var i = 0; i < count; i++) Add(other.Rolling[first + i], other.Strong[first + i]);
            if (count > 0) _position += (long)count * size;
            data = data[(head + (Math.Max(0, count) * size))..];
        }

        Append(data);
    }

    /// <summary>The sums, once all bytes have passed; null if they were fewer or more.</summary>
    public BlockSums? Finish() => _position == _length ? new BlockSums(_key.Fingerprint, _partial.Length, _length, _rollingSums, _strongSums) : null;

    private void Add(ReadOnlySpan<byte> block)
    {
        if (_count < _blocks) Add((uint)(_rolling.Of(block) >> 32), XxHash3.HashToUInt64(block, _key.Seed));
    }

    private void Add(uint rolling, ulong strong)
    {
        if (_count == _rollingSums.Length)
        {
            Array.Resize(ref _rollingSums, Math.Min(_blocks, 2 * _count));
            Array.Resize(ref _strongSums, _rollingSums.Length);
        }

        _rollingSums[_count] = rolling;
        _strongSums[_count] = strong;
        _count++;
    }
}
