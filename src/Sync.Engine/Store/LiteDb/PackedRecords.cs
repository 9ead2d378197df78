using System.Buffers;
using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Sync.Engine.Store.LiteDb;

/// <summary>
/// The bytes of a `batch` or `page` document: checksum 8 (XxHash3 of the rest, seeded with the document's id), version 1, then records:
/// kind 1, key 8 (or name length 2 and name), length 4, bytes. Little-endian.
/// </summary>
internal static class PackedRecords
{
    /// <summary>Bytes before the first record.</summary>
    public const int HeadSize = 9;

    /// <summary>Bytes of a record besides its own.</summary>
    public const int RecordOverhead = 13;

    /// <summary>The longest record or value.</summary>
    public const int MaxRecord = 8 << 20;

    /// <summary>The longest name, in bytes of UTF-8.</summary>
    public const int MaxName = 1024;

    private const byte Version = 1;

    private enum Kind : byte
    {
        Record = 1,
        DeletedRecord = 2,
        Value = 3,
        DeletedValue = 4,
    }

    /// <summary>Starts a document.</summary>
    public static void Begin(ArrayBufferWriter<byte> to)
    {
        to.ResetWrittenCount();
        to.GetSpan(HeadSize)[..HeadSize].Clear();
        to.Advance(HeadSize);
    }

    /// <summary>Appends a record, or its deletion.</summary>
    public static void Add(ArrayBufferWriter<byte> to, long key, ReadOnlyMemory<byte>? record)
    {
        var length = record?.Length ?? 0;
        if (length > MaxRecord) throw new ArgumentException($"A record has {length} bytes; at most {MaxRecord} can be stored.", nameof(record));
        var span = to.GetSpan(RecordOverhead + length);
        span[0] = (byte)(record is null ? Kind.DeletedRecord : Kind.Record);
        BinaryPrimitives.WriteInt64LittleEndian(span[1..], key);
        BinaryPrimitives.WriteInt32LittleEndian(span[9..], length);
        if (record is { } live) live.Span.CopyTo(span[RecordOverhead..]);
        to.Advance(RecordOverhead + length);
    }

    /// <summary>Appends a named value, or its deletion.</summary>
    public static void Add(ArrayBufferWriter<byte> to, string name, byte[]? value)
    {
        var nameLength = Encoding.UTF8.GetByteCount(name);
        if (nameLength > MaxName) throw new ArgumentException($"A name has {nameLength} bytes; at most {MaxName} can be stored.", nameof(name));
        var length = value?.Length ?? 0;
        if (length > MaxRecord) throw new ArgumentException($"The value '{name}' has {length} bytes; at most {MaxRecord} can be stored.", nameof(value));
        var span = to.GetSpan(7 + nameLength + length);
        span[0] = (byte)(value is null ? Kind.DeletedValue : Kind.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(span[1..], (ushort)nameLength);
        Encoding.UTF8.GetBytes(name, span[3..]);
        BinaryPrimitives.WriteInt32LittleEndian(span[(3 + nameLength)..], length);
        value?.CopyTo(span[(7 + nameLength)..]);
        to.Advance(7 + nameLength + length);
    }

    /// <summary>Ends a document.</summary>
    public static byte[] End(ArrayBufferWriter<byte> from, long documentId)
    {
        var bytes = from.WrittenSpan.ToArray();
        bytes[8] = Version;
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, XxHash3.HashToUInt64(bytes.AsSpan(8), documentId));
        return bytes;
    }

    /// <summary>Reads a document's records and values, in the order in which they were added.</summary>
    /// <exception cref="StoreCorruptException">These are not the bytes that were written.</exception>
    public static void Read(
        ReadOnlyMemory<byte> document, long documentId, Action<long, ReadOnlyMemory<byte>?> record, Action<string, byte[]?> value)
    {
        var bytes = document.Span;
        if (bytes.Length < HeadSize || BinaryPrimitives.ReadUInt64LittleEndian(bytes) != XxHash3.HashToUInt64(bytes[8..], documentId))
            throw new StoreCorruptException($"Document {documentId} has a wrong checksum.");
        if (bytes[8] != Version)
            throw new StoreCorruptException($"Document {documentId} has version {bytes[8]}; this program knows version {Version}.");
        for (var at = HeadSize; at < bytes.Length;)
        {
            var kind = (Kind)bytes[at++];
            switch (kind)
            {
                case Kind.Record or Kind.DeletedRecord when Has(bytes, at, RecordOverhead - 1):
                    var key = BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);
                    var length = BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + 8)..]);
                    at += RecordOverhead - 1;
                    if (!Has(bytes, at, length)) throw Malformed(documentId);
                    // A bare null would become an empty record: arrays convert to memory, null ones too.
                    record(key, kind == Kind.Record ? document.Slice(at, length) : (ReadOnlyMemory<byte>?)null);
                    at += length;
                    break;
                case Kind.Value or Kind.DeletedValue when Has(bytes, at, 2):
                    var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);
                    at += 2;
                    if (!Has(bytes, at, nameLength + 4)) throw Malformed(documentId);
                    var name = Encoding.UTF8.GetString(bytes.Slice(at, nameLength));
                    var valueLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[(at + nameLength)..]);
                    at += nameLength + 4;
                    if (!Has(bytes, at, valueLength)) throw Malformed(documentId);
                    value(name, kind == Kind.Value ? bytes.Slice(at, valueLength).ToArray() : null);
                    at += valueLength;
                    break;
                default:
                    throw Malformed(documentId);
            }
        }
    }

    private static bool Has(ReadOnlySpan<byte> bytes, int at, int length) => length >= 0 && length <= bytes.Length - at;

    private static StoreCorruptException Malformed(long documentId) => new($"Document {documentId} is malformed.");
}
