using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Text;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>
/// What a pull writes down of a tree: beside the directory, what is being built; in the directory, what it is. A line of text about whose it is, the tree's
/// packed records, its files' stamps, a checksum over all. Lost or damaged it costs a read of every file, nothing else.
/// </summary>
internal sealed record WorkspaceRecord(string Host, string Share, string SubPath, Revision Revision, KnownTree Known)
{
    /// <summary>More than the index of the largest share is not read.</summary>
    public const long MaxBytes = 2000L << 20;

    private const int HeaderBytes = 56;
    private const int MaxText = 16 << 10;

    private static ReadOnlySpan<byte> Magic => "syncpul1"u8;

    /// <summary>The running of the machine in which it was written; null: not known.</summary>
    public UInt128? Boot { get; init; }

    public byte[] Encode()
    {
        var text = Encoding.UTF8.GetBytes(string.Join('\0', Host, Share, SubPath));
        var records = Known.Tree.Records.Span;
        var stamps = MemoryMarshal.AsBytes(Known.Stamps.AsSpan());
        var bytes = new byte[HeaderBytes + text.Length + records.Length + stamps.Length + sizeof(ulong)];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(8), Revision.Value);
        BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(16), Boot ?? 0);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(32), text.Length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(36), Known.Tree.Count);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(40), records.Length);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(48), stamps.Length);
        text.CopyTo(bytes.AsSpan(HeaderBytes));
        records.CopyTo(bytes.AsSpan(HeaderBytes + text.Length));
        stamps.CopyTo(bytes.AsSpan(HeaderBytes + text.Length + records.Length));
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(bytes.Length - sizeof(ulong)), XxHash3.HashToUInt64(bytes.AsSpan(0, bytes.Length - sizeof(ulong))));
        return bytes;
    }

    /// <summary>Null: it is not one, or is damaged.</summary>
    public static WorkspaceRecord? Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes + sizeof(ulong) || !bytes.StartsWith(Magic)) return null;
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[^sizeof(ulong)..]) != XxHash3.HashToUInt64(bytes[..^sizeof(ulong)])) return null;
        var textLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[32..]);
        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[36..]);
        var recordsLength = BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]);
        var stampsLength = BinaryPrimitives.ReadInt64LittleEndian(bytes[48..]);
        if (textLength is < 0 or > MaxText || recordsLength is < 0 or > MaxBytes || stampsLength is < 0 or > MaxBytes) return null;
        if (HeaderBytes + textLength + recordsLength + stampsLength + sizeof(ulong) != bytes.Length) return null;
        var texts = Encoding.UTF8.GetString(bytes.Slice(HeaderBytes, textLength)).Split('\0');
        if (texts.Length != 3) return null;
        var stamps = MemoryMarshal.Cast<byte, FileStamp>(bytes.Slice(HeaderBytes + textLength + (int)recordsLength, (int)stampsLength)).ToArray();
        if (stamps.Length != 0 && stamps.Length != count) return null;
        try
        {
            var tree = PulledTree.Read(bytes.Slice(HeaderBytes + textLength, (int)recordsLength).ToArray(), count);
            var boot = BinaryPrimitives.ReadUInt128LittleEndian(bytes[16..]);
            return new WorkspaceRecord(texts[0], texts[1], texts[2], new Revision(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..])), new KnownTree(tree, stamps)) { Boot = boot == 0 ? null : boot };
        }
        catch (LinkException)
        {
            // Whole by its checksum, and no tree: of another version.
            return null;
        }
    }
}
