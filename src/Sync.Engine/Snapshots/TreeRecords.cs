using System.Buffers;
using System.Buffers.Binary;
using Sync.Delta;
using Sync.Engine.Model;
using Sync.Engine.Store;

namespace Sync.Engine.Snapshots;

/// <summary>
/// A tree as packed records, in the order of a walk that goes into a directory as it meets it, names of one directory ascending by UTF-16 unit.
/// A record: a byte (kind, and whether an owner follows), how many records back its directory is (the root: one more than its own number), the name, the
/// mode, the mtime (8 bytes), then of a file the size and its content id, of a symlink the target; then the owner (8 bytes). Numbers and lengths are varints.
/// </summary>
internal static class TreeRecords
{
    /// <summary>Set in the first byte of a record where an owner follows.</summary>
    public const byte OwnerBit = 4;

    /// <summary>The bits of the first byte that hold the kind.</summary>
    public const byte KindBits = 3;

    /// <summary>The longest record: names, targets and numbers at their largest.</summary>
    public const int MaxRecord = 8 << 10;

    public static void Write(ArrayBufferWriter<byte> to, Entry entry, int back)
    {
        EntryCodec.Byte(to, (byte)((byte)entry.Kind | (entry.Owner is null ? 0 : OwnerBit)));
        EntryCodec.Number(to, (ulong)back);
        EntryCodec.Text(to, entry.Name);
        EntryCodec.Number(to, entry.Mode);
        Fixed(to, (ulong)entry.MtimeNs);
        if (entry.Kind == EntryKind.File)
        {
            EntryCodec.Number(to, (ulong)entry.Size);
            entry.Content.CopyTo(to.GetSpan(ContentId.Size));
            to.Advance(ContentId.Size);
        }
        else if (entry.Kind == EntryKind.Symlink)
        {
            EntryCodec.Text(to, entry.LinkTarget ?? "");
        }

        if (entry.Owner is { } owner) Fixed(to, owner);
    }

    private static void Fixed(ArrayBufferWriter<byte> to, ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to.GetSpan(sizeof(ulong)), value);
        to.Advance(sizeof(ulong));
    }
}
