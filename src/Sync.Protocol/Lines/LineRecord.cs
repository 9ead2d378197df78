using System.Buffers.Binary;
using System.IO.Hashing;

namespace Sync.Protocol.Lines;

/// <summary>
/// The head of a record on a byte pipe, 40 bytes, little-endian: magic (4), version (1), kind (1), payload length (2), sender's id (8), receiver's id (8),
/// number (8), channel (4), CRC-32 of these 36 (4). After it the payload, and the payload's CRC-32 (4).
/// </summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Length">Of the payload, 0 to <see cref="MaxPayload"/>.</param>
/// <param name="From">The sender's id, random for each of its lives; never 0.</param>
/// <param name="To">Whom the sender takes for its peer; 0: nobody yet.</param>
/// <param name="Number">Of numbered records: counts up from 0. Of a ping: the number of the next one.</param>
/// <param name="Channel">Which channel; 0 where none is meant.</param>
internal readonly record struct LineRecord(LineRecordKind Kind, int Length, ulong From, ulong To, ulong Number, uint Channel)
{
    public const int HeadSize = 40;
    public const int TailSize = 4;

    /// <summary>As much as TLS puts in one of its own records.</summary>
    public const int MaxPayload = 16 << 10;

    public const int MaxSize = HeadSize + MaxPayload + TailSize;

    private const byte Version = 1;
    private const int CrcAt = HeadSize - 4;

    /// <summary>Not text, not UTF-8, and no TLS record begins so.</summary>
    public static ReadOnlySpan<byte> Magic => [0xF7, 0x53, 0x9E, 0xC3];

    /// <summary>With payload and tail.</summary>
    public int Size => HeadSize + Length + TailSize;

    /// <summary>Writes head, payload and tail.</summary>
    /// <param name="target">At least <see cref="Size"/> bytes.</param>
    /// <param name="payload"><see cref="Length"/> bytes.</param>
    public void Write(Span<byte> target, ReadOnlySpan<byte> payload)
    {
        Magic.CopyTo(target);
        target[4] = Version;
        target[5] = (byte)Kind;
        BinaryPrimitives.WriteUInt16LittleEndian(target[6..], (ushort)Length);
        BinaryPrimitives.WriteUInt64LittleEndian(target[8..], From);
        BinaryPrimitives.WriteUInt64LittleEndian(target[16..], To);
        BinaryPrimitives.WriteUInt64LittleEndian(target[24..], Number);
        BinaryPrimitives.WriteUInt32LittleEndian(target[32..], Channel);
        BinaryPrimitives.WriteUInt32LittleEndian(target[CrcAt..], Crc32.HashToUInt32(target[..CrcAt]));
        payload.CopyTo(target[HeadSize..]);
        BinaryPrimitives.WriteUInt32LittleEndian(target[(HeadSize + Length)..], Crc32.HashToUInt32(payload));
    }

    /// <summary>Reads a head of <see cref="HeadSize"/> bytes; false if it is none, or not whole.</summary>
    public static bool TryReadHead(ReadOnlySpan<byte> bytes, out LineRecord record)
    {
        record = default;
        if (!bytes.StartsWith(Magic) || bytes[4] != Version || BinaryPrimitives.ReadUInt32LittleEndian(bytes[CrcAt..]) != Crc32.HashToUInt32(bytes[..CrcAt])) return false;
        var kind = (LineRecordKind)bytes[5];
        var length = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]);
        if (kind is < LineRecordKind.Hello or > LineRecordKind.Close || length > MaxPayload || (length > 0 && kind != LineRecordKind.Data)) return false;
        record = new LineRecord(
            kind,
            length,
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt32LittleEndian(bytes[32..]));
        return record.From != 0;
    }

    /// <summary>Whether a payload is the one that was sent.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> tail) => BinaryPrimitives.ReadUInt32LittleEndian(tail) == Crc32.HashToUInt32(payload);
}
