using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Sync.Delta;
using Sync.Engine.Model;

namespace Sync.Engine.Store;

/// <summary>An entry as bytes, for journal and index records. Versioned by its first byte; never changed, only added to.</summary>
internal static class EntryCodec
{
    private const byte Version = 1;

    [Flags]
    private enum Fields : byte { None = 0, Deleted = 1, ByHost = 2, Owner = 4, Content = 8, Link = 16 }

    public static void Write(ArrayBufferWriter<byte> to, Entry entry)
    {
        var fields = (entry.Deleted ? Fields.Deleted : 0) | (entry.ByHost ? Fields.ByHost : 0) | (entry.Owner is null ? 0 : Fields.Owner)
            | (entry.Content.IsNone ? 0 : Fields.Content) | (entry.LinkTarget is null ? 0 : Fields.Link);
        Byte(to, Version);
        Byte(to, (byte)fields);
        Byte(to, (byte)entry.Kind);
        Number(to, (ulong)entry.Id.Value);
        Number(to, (ulong)entry.Parent.Value);
        Text(to, entry.Name);
        Number(to, entry.Mode);
        Number(to, (ulong)entry.Size);
        Number(to, (ulong)entry.MtimeNs);
        Number(to, (ulong)entry.ObservedNs);
        Number(to, (ulong)entry.PlaceRevision.Value);
        Number(to, (ulong)entry.ContentRevision.Value);
        Number(to, (ulong)entry.ModeRevision.Value);
        if (entry.Owner is { } owner) Number(to, owner);
        if (!entry.Content.IsNone)
        {
            entry.Content.CopyTo(to.GetSpan(ContentId.Size));
            to.Advance(ContentId.Size);
        }

        if (entry.LinkTarget is { } link) Text(to, link);
    }

    /// <exception cref="StoreCorruptException">The bytes are no entry.</exception>
    public static Entry Read(ref ReadOnlySpan<byte> from)
    {
        if (Byte(ref from) != Version) throw new StoreCorruptException("An entry of an unknown version.");
        var fields = (Fields)Byte(ref from);
        var kind = (EntryKind)Byte(ref from);
        var (id, parent, name) = (Number(ref from), Number(ref from), Text(ref from));
        var (mode, size, mtime, observed) = (Number(ref from), Number(ref from), Number(ref from), Number(ref from));
        var (place, bytes, bits) = (Number(ref from), Number(ref from), Number(ref from));
        ulong? owner = fields.HasFlag(Fields.Owner) ? Number(ref from) : null;
        var content = default(ContentId);
        if (fields.HasFlag(Fields.Content))
        {
            if (from.Length < ContentId.Size) throw new StoreCorruptException("A content id is cut off.");
            content = new ContentId(from);
            from = from[ContentId.Size..];
        }

        // All at once: a copy with one more field for each of a million entries is as much garbage again.
        return new Entry
        {
            Kind = kind,
            Id = new EntryId((long)id),
            Parent = new EntryId((long)parent),
            Name = name,
            Mode = (uint)mode,
            Size = (long)size,
            MtimeNs = (long)mtime,
            ObservedNs = (long)observed,
            PlaceRevision = new Revision((long)place),
            ContentRevision = new Revision((long)bytes),
            ModeRevision = new Revision((long)bits),
            Deleted = fields.HasFlag(Fields.Deleted),
            ByHost = fields.HasFlag(Fields.ByHost),
            Owner = owner,
            Content = content,
            LinkTarget = fields.HasFlag(Fields.Link) ? Text(ref from) : null,
        };
    }

    public static void Byte(ArrayBufferWriter<byte> to, byte value)
    {
        to.GetSpan(1)[0] = value;
        to.Advance(1);
    }

    public static byte Byte(ref ReadOnlySpan<byte> from)
    {
        if (from.IsEmpty) throw new StoreCorruptException("A record is cut off.");
        var value = from[0];
        from = from[1..];
        return value;
    }

    public static void Number(ArrayBufferWriter<byte> to, ulong value)
    {
        // Negative numbers (provisional ids, times before 1970) take the full ten bytes: they are rare.
        var span = to.GetSpan(10);
        var n = 0;
        while (value >= 0x80)
        {
            span[n++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[n++] = (byte)value;
        to.Advance(n);
    }

    public static ulong Number(ref ReadOnlySpan<byte> from)
    {
        ulong value = 0;
        for (var shift = 0; shift < 70; shift += 7)
        {
            var b = Byte(ref from);
            value |= (ulong)(b & 0x7F) << shift;
            if (b < 0x80) return value;
        }

        throw new StoreCorruptException("A number is too long.");
    }

    public static void Text(ArrayBufferWriter<byte> to, string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Number(to, (ulong)length);
        Encoding.UTF8.GetBytes(text, to.GetSpan(length));
        to.Advance(length);
    }

    public static string Text(ref ReadOnlySpan<byte> from)
    {
        var length = Number(ref from);
        if (length > (ulong)from.Length) throw new StoreCorruptException("A text is cut off.");
        var text = Encoding.UTF8.GetString(from[..(int)length]);
        from = from[(int)length..];
        return text;
    }

    public static byte[] Int64(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    public static long Int64(byte[]? bytes) => bytes is { Length: 8 } ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;
}
