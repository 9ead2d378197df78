using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Sync.Delta;

/// <summary>
/// A manifest told by its differences from another one that the receiver has: runs of chunks copied from the basis's list, and chunks spelled out.
/// </summary>
/// <remarks>
/// Format: as the full form up to the number of chunks, then runs. A run starts with (chunks × 2 + kind). Kind 1 copies: the distance of its
/// first basis chunk from the one after the last copied, zig-zag. Kind 0 spells out: each chunk's length, then its id. All numbers are varints.
/// Applied to another basis it gives another manifest or none: compare the result's id with the one expected.
/// </remarks>
public static class ManifestDelta
{
    /// <summary>The reason for refusing what has more chunks than are taken.</summary>
    public const string TooManyChunks = "The manifest has more chunks than are taken.";

    private const ulong CopyKind = 1;

    /// <summary>Encodes <paramref name="target"/> against <paramref name="basis"/> (none: in full). In time linear in both.</summary>
    public static byte[] Encode(Manifest target, Manifest? basis)
    {
        ArgumentNullException.ThrowIfNull(target);
        var output = new ArrayBufferWriter<byte>();
        ManifestCodec.WriteHeader(output, target);
        var matcher = new BasisMatcher(basis);
        var expected = 0;
        var from = 0;
        var next = target.Count > 0 ? matcher.Match(target[0]) : -1;
        while (from < target.Count)
        {
            var match = next;
            var end = from + 1;
            if (match >= 0)
            {
                while (end < target.Count && (next = matcher.Match(target[end])) == match + end - from) end++;
                Varint.Write(output, ((ulong)(end - from) << 1) | CopyKind);
                Varint.Write(output, Varint.ZigZag(match - expected));
                expected = match + end - from;
            }
            else
            {
                while (end < target.Count && (next = matcher.Match(target[end])) < 0) end++;
                Varint.Write(output, (ulong)(end - from) << 1);
                for (var i = from; i < end; i++)
                {
                    Varint.Write(output, (ulong)target.LengthOf(i));
                    ManifestCodec.WriteId(output, target.Ids[i]);
                }
            }
            from = end;
        }
        return output.WrittenSpan.ToArray();
    }

    /// <summary>Undoes <see cref="Encode"/>, or refuses the bytes, with the reason.</summary>
    /// <param name="basis">The same basis that it was encoded against.</param>
    /// <param name="delta">Bytes, possibly hostile. They are checked in whole before anything is allocated.</param>
    /// <param name="maxLength">The longest content that is acceptable here; bounds the manifest too (<see cref="Chunker.MaxCount"/>).</param>
    /// <param name="manifest">The target's manifest, its id computed from its list.</param>
    /// <param name="error">What is wrong with the bytes.</param>
    public static bool TryApply(Manifest? basis, ReadOnlySpan<byte> delta, long maxLength, [NotNullWhen(true)] out Manifest? manifest, [NotNullWhen(false)] out string? error) =>
        TryApply(basis, delta, maxLength, Array.MaxLength, out manifest, out error);

    /// <inheritdoc cref="TryApply(Manifest?, ReadOnlySpan{byte}, long, out Manifest?, out string?)"/>
    /// <param name="maxCount">The most chunks that are acceptable here: a few bytes may stand for as many as the basis has, again and again.</param>
    public static bool TryApply(Manifest? basis, ReadOnlySpan<byte> delta, long maxLength, int maxCount, [NotNullWhen(true)] out Manifest? manifest, [NotNullWhen(false)] out string? error)
    {
        manifest = null;
        basis ??= Manifest.Empty;
        if (!ManifestCodec.TryReadHeader(ref delta, maxLength, out var length, out var count, out error)) return false;
        if (count > maxCount) return ManifestCodec.Refuse(TooManyChunks, out error);
        if (!TryMeasure(basis, delta, count, out var total, out error)) return false;
        if (total != length) return ManifestCodec.Refuse("The manifest's chunks do not add up to its length.", out error);

        var ids = new ChunkId[count];
        var cuts = new long[Math.Max(0, count - 1)];
        if (!TryFill(basis, delta, length, ids, cuts)) return ManifestCodec.Refuse("The manifest has a chunk of a length that no chunker gives.", out error);
        manifest = new Manifest(length, ids, cuts);
        error = null;
        return true;
    }

    // The first pass: every run is whole, inside the basis, and they add up to the number of chunks told, which MaxCount has bounded.
    private static bool TryMeasure(Manifest basis, ReadOnlySpan<byte> runs, int count, out long total, [NotNullWhen(false)] out string? error)
    {
        total = 0;
        error = null;
        var left = count;
        var expected = 0;
        while (!runs.IsEmpty)
        {
            if (!TryReadRun(ref runs, left, out var chunks, out var isCopy)) return ManifestCodec.Refuse("The manifest delta has a broken run, or more chunks than it says.", out error);
            left -= chunks;
            if (isCopy)
            {
                if (!TryReadSource(ref runs, basis, expected, chunks, out var source)) return ManifestCodec.Refuse("The manifest delta copies chunks that its basis does not have.", out error);
                expected = source + chunks;
                total += basis.OffsetOf(expected) - basis.OffsetOf(source);
            }
            else
            {
                for (var i = 0; i < chunks; i++)
                {
                    if (!TryReadChunk(ref runs, out var chunkLength, out _)) return ManifestCodec.Refuse("The manifest delta is cut off, or a chunk is longer than any can be.", out error);
                    total += chunkLength;
                }
            }
        }
        return left == 0 || ManifestCodec.Refuse("The manifest delta is cut off: it has fewer chunks than it says.", out error);
    }

    // The second pass: reads what the first has found whole, so its readers cannot fail.
    private static bool TryFill(Manifest basis, ReadOnlySpan<byte> runs, long length, ChunkId[] ids, long[] cuts)
    {
        var offset = 0L;
        var filled = 0;
        var expected = 0;
        while (TryReadRun(ref runs, ids.Length - filled, out var chunks, out var isCopy))
        {
            var source = 0;
            if (isCopy && !TryReadSource(ref runs, basis, expected, chunks, out source)) return false;
            for (var i = 0; i < chunks; i++)
            {
                var (chunkLength, id) = isCopy ? (basis.LengthOf(source + i), basis.Ids[source + i]) : default;
                if (!isCopy && !TryReadChunk(ref runs, out chunkLength, out id)) return false;
                if (!Chunker.CanHold(length, offset, chunkLength)) return false;
                ids[filled] = id;
                offset += chunkLength;
                if (filled < cuts.Length) cuts[filled] = offset;
                filled++;
            }
            if (isCopy) expected = source + chunks;
        }
        return filled == ids.Length;
    }

    private static bool TryReadRun(ref ReadOnlySpan<byte> runs, int left, out int chunks, out bool isCopy)
    {
        chunks = 0;
        isCopy = false;
        if (!Varint.TryRead(ref runs, out var head)) return false;
        isCopy = (head & CopyKind) != 0;
        head >>= 1;
        if (head == 0 || head > (ulong)left) return false;
        chunks = (int)head;
        return true;
    }

    private static bool TryReadSource(ref ReadOnlySpan<byte> runs, Manifest basis, int expected, int chunks, out int source)
    {
        source = 0;
        if (!Varint.TryRead(ref runs, out var raw)) return false;
        var distance = Varint.UnZigZag(raw);
        // Compared, not added: the distance may be any 64-bit number.
        if (distance < -expected || distance > (long)basis.Count - chunks - expected) return false;
        source = (int)(expected + distance);
        return true;
    }

    private static bool TryReadChunk(ref ReadOnlySpan<byte> runs, out int length, out ChunkId id)
    {
        length = 0;
        id = default;
        if (!Varint.TryRead(ref runs, out var raw) || raw > Chunker.MaxChunkLength || !ManifestCodec.TryReadId(ref runs, out id)) return false;
        length = (int)raw;
        return true;
    }
}
