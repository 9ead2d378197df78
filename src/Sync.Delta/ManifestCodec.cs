using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Sync.Delta;

/// <summary>
/// The full form of a manifest: the chunker's version (a byte), the content's length, the number of chunks, then each chunk's length and id.
/// Numbers are <see cref="Varint"/>s. The last chunk's length is left out, as the content's length tells it.
/// </summary>
internal static class ManifestCodec
{
    public static byte[] Encode(Manifest manifest)
    {
        var output = new ArrayBufferWriter<byte>(2 * Varint.MaxSize + 1 + manifest.Count * (ChunkId.Size + 3));
        WriteHeader(output, manifest);
        for (var i = 0; i < manifest.Count; i++)
        {
            if (i < manifest.Count - 1) Varint.Write(output, (ulong)manifest.LengthOf(i));
            WriteId(output, manifest.Ids[i]);
        }
        return output.WrittenSpan.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, long maxLength, [NotNullWhen(true)] out Manifest? manifest, [NotNullWhen(false)] out string? error)
    {
        manifest = null;
        if (!TryReadHeader(ref bytes, maxLength, out var length, out var count, out error)) return false;
        // Bounds the allocation by the bytes at hand, before it.
        if (count > bytes.Length / ChunkId.Size) return Refuse("The manifest is cut off: it has fewer chunks than it says.", out error);

        var ids = new ChunkId[count];
        var cuts = new long[Math.Max(0, count - 1)];
        var offset = 0L;
        for (var i = 0; i < ids.Length; i++)
        {
            var rest = (ulong)(length - offset);
            if (i < cuts.Length && !Varint.TryRead(ref bytes, out rest)) return Refuse("The manifest is cut off in a chunk's length.", out error);
            if (rest > Chunker.MaxChunkLength || !Chunker.CanHold(length, offset, (long)rest)) return Refuse("The manifest has a chunk of a length that no chunker gives.", out error);
            if (!TryReadId(ref bytes, out ids[i])) return Refuse("The manifest is cut off in a chunk's id.", out error);
            offset += (long)rest;
            if (i < cuts.Length) cuts[i] = offset;
        }
        if (offset != length) return Refuse("The manifest's chunks do not add up to its length.", out error);
        if (!bytes.IsEmpty) return Refuse("The manifest is followed by bytes that do not belong to it.", out error);
        manifest = new Manifest(length, ids, cuts);
        error = null;
        return true;
    }

    public static void WriteHeader(IBufferWriter<byte> output, Manifest manifest)
    {
        output.Write([Chunker.Version]);
        Varint.Write(output, (ulong)manifest.Length);
        Varint.Write(output, (ulong)manifest.Count);
    }

    public static bool TryReadHeader(ref ReadOnlySpan<byte> bytes, long maxLength, out long length, out int count, [NotNullWhen(false)] out string? error)
    {
        length = 0;
        count = 0;
        error = null;
        if (bytes.IsEmpty) return Refuse("The manifest is empty.", out error);
        if (bytes[0] != Chunker.Version) return Refuse("The manifest is of a chunker version that is not known here.", out error);
        bytes = bytes[1..];
        if (!Varint.TryRead(ref bytes, out var rawLength)) return Refuse("The manifest is cut off in its length.", out error);
        if (maxLength < 0 || rawLength > (ulong)maxLength) return Refuse("The manifest's content is longer than allowed.", out error);
        if (!Varint.TryRead(ref bytes, out var rawCount)) return Refuse("The manifest is cut off in its number of chunks.", out error);
        length = (long)rawLength;
        if (rawCount > (ulong)Math.Min(Chunker.MaxCount(length), Array.MaxLength) || (rawCount == 0 && length > 0))
            return Refuse("The manifest's number of chunks does not fit its length.", out error);
        count = (int)rawCount;
        return true;
    }

    public static void WriteId(IBufferWriter<byte> output, in ChunkId id)
    {
        id.CopyTo(output.GetSpan(ChunkId.Size));
        output.Advance(ChunkId.Size);
    }

    public static bool TryReadId(ref ReadOnlySpan<byte> bytes, out ChunkId id)
    {
        id = default;
        if (bytes.Length < ChunkId.Size) return false;
        id = new ChunkId(bytes);
        bytes = bytes[ChunkId.Size..];
        return true;
    }

    public static bool Refuse(string reason, out string error)
    {
        error = reason;
        return false;
    }
}
