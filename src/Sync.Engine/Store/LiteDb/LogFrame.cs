using System.Buffers.Binary;
using System.IO.Hashing;

namespace Sync.Engine.Store.LiteDb;

/// <summary>
/// The head of a run of pages in the log file. Little-endian: magic 8, generation 8, group 8, first page 8, count 4, flags 4, zero 16, sum 8.
/// A group is one commit; its last frame says so. The sum (XxHash3) covers the head before it and the pages behind it.
/// </summary>
internal readonly record struct LogFrame(ulong Generation, long Group, long FirstPage, int Count, bool EndsGroup)
{
    /// <summary>Bytes of the head.</summary>
    public const int HeadSize = 64;

    /// <summary>The most pages a frame has: a larger commit is several frames. 4 MiB.</summary>
    public const int MaxPages = 512;

    private const int SumOffset = HeadSize - 8;

    /// <summary>What each head begins with.</summary>
    public static ReadOnlySpan<byte> Magic => "SyncLog1"u8;

    /// <summary>Writes the head in front of the pages that stand in <paramref name="frame"/> already.</summary>
    public void Seal(Span<byte> frame)
    {
        frame[..HeadSize].Clear();
        Magic.CopyTo(frame);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[8..], Generation);
        BinaryPrimitives.WriteInt64LittleEndian(frame[16..], Group);
        BinaryPrimitives.WriteInt64LittleEndian(frame[24..], FirstPage);
        BinaryPrimitives.WriteInt32LittleEndian(frame[32..], Count);
        BinaryPrimitives.WriteInt32LittleEndian(frame[36..], EndsGroup ? 1 : 0);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[SumOffset..], Sum(frame));
    }

    /// <summary>Reads a frame that lies whole at the start of <paramref name="bytes"/>; false for anything else.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out LogFrame frame, out int size)
    {
        frame = default;
        size = 0;
        if (bytes.Length < HeadSize || !bytes.StartsWith(Magic)) return false;
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[32..]);
        if (count is < 1 or > MaxPages) return false;
        size = HeadSize + count * PageStream.PageSize;
        if (bytes.Length < size) return false;
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[SumOffset..]) != Sum(bytes[..size])) return false;
        frame = new LogFrame(
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            count,
            BinaryPrimitives.ReadInt32LittleEndian(bytes[36..]) != 0);
        return true;
    }

    private static ulong Sum(ReadOnlySpan<byte> frame)
    {
        var hash = new XxHash3();
        hash.Append(frame[..SumOffset]);
        hash.Append(frame[HeadSize..]);
        return hash.GetCurrentHashAsUInt64();
    }
}
