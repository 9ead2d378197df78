using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Sync.Delta;

/// <summary>
/// The sums of all whole blocks of a content, in order: what its replica needs to find them in a later content, when the bytes themselves have been
/// overwritten. Immutable. 12 bytes a block.
/// </summary>
public sealed class BlockSums
{
    /// <summary>The smallest block, in bytes: a tar header.</summary>
    public const int SmallestBlock = 512;

    /// <summary>Shorter contents are patched (<see cref="PatchSums"/>), in bytes.</summary>
    public const int WorthwhileLength = PatchSums.MaxLength + 1;

    /// <summary>The most blocks of one content (48 MiB of sums); those of longer contents are larger.</summary>
    public const int MaxBlocks = 4 << 20;

    private const uint Magic = 0x314D5353;
    private const int HeadSize = 4 + 4 + 8 + 8;
    private const int SumSize = sizeof(uint) + sizeof(ulong);

    internal BlockSums(ulong key, int blockSize, long length, uint[] rolling, ulong[] strong)
    {
        Key = key;
        BlockSize = blockSize;
        Length = length;
        Rolling = rolling;
        Strong = strong;
    }

    /// <summary>The fingerprint of the key that they are made with.</summary>
    public ulong Key { get; }

    /// <summary>Bytes in a block.</summary>
    public int BlockSize { get; }

    /// <summary>Of the content, in bytes; what is behind its last whole block has no sum.</summary>
    public long Length { get; }

    /// <summary>How many blocks have sums.</summary>
    public int Count => Rolling.Length;

    internal uint[] Rolling { get; }

    internal ulong[] Strong { get; }

    /// <summary>The size of a content's blocks: a power of two from <see cref="SmallestBlock"/> on.</summary>
    public static int BlockSizeFor(long length)
    {
        long size = SmallestBlock;
        while (length / size > MaxBlocks) size *= 2;
        return (int)size;
    }

    /// <summary>Up to here the content's bytes are in blocks that have sums.</summary>
    public long SummedLength => (long)Count * BlockSize;

    /// <summary>Whether bytes are the content's, by the strong sums: those of the whole blocks among them.</summary>
    /// <param name="key">The one that they are made with.</param>
    /// <param name="offset">Of the bytes in the content: a multiple of <see cref="BlockSize"/>.</param>
    /// <param name="bytes">What was read there.</param>
    public bool Hold(BlockKey key, long offset, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(key);
        for (var block = (int)(offset / BlockSize); block < Count && bytes.Length >= BlockSize; block++, bytes = bytes[BlockSize..])
            if (XxHash3.HashToUInt64(bytes[..BlockSize], key.Seed) != Strong[block]) return false;
        return true;
    }

    /// <summary>For the disk; with a checksum of its own.</summary>
    public byte[] Encode()
    {
        var bytes = new byte[HeadSize + (Count * SumSize) + sizeof(ulong)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), BlockSize);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), Key);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), Length);
        MemoryMarshal.AsBytes(Rolling.AsSpan()).CopyTo(bytes.AsSpan(HeadSize));
        MemoryMarshal.AsBytes(Strong.AsSpan()).CopyTo(bytes.AsSpan(HeadSize + (Count * sizeof(uint))));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(bytes.Length - sizeof(ulong)), XxHash3.HashToUInt64(bytes.AsSpan(0, bytes.Length - sizeof(ulong))));
        return bytes;
    }

    /// <summary>Reads what <see cref="Encode"/> wrote; false if it is damaged, or made with another key.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, BlockKey key, [NotNullWhen(true)] out BlockSums? sums)
    {
        ArgumentNullException.ThrowIfNull(key);
        sums = null;
        if (bytes.Length < HeadSize + sizeof(ulong) || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic) return false;
        var body = bytes[..^sizeof(ulong)];
        if (XxHash3.HashToUInt64(body) != BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..])) return false;
        var blockSize = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        var length = BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]);
        if (length < 0 || blockSize != BlockSizeFor(length) || BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) != key.Fingerprint) return false;
        var count = (int)(length / blockSize);
        if (body.Length != HeadSize + (count * SumSize)) return false;
        sums = new BlockSums(
            key.Fingerprint, blockSize, length,
            MemoryMarshal.Cast<byte, uint>(body.Slice(HeadSize, count * sizeof(uint))).ToArray(),
            MemoryMarshal.Cast<byte, ulong>(body[(HeadSize + (count * sizeof(uint)))..]).ToArray());
        return true;
    }
}
