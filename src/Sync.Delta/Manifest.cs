using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Sync.Delta;

/// <summary>
/// The chunk list of one content: immutable, 40 bytes a chunk in memory. Its <see cref="Id"/> is always computed from the list, never taken on trust.
/// </summary>
/// <remarks>
/// A manifest that came from a peer keeps the chunker's bounds, and its chunks can be verified; whether its cuts are those that the chunker
/// would have made is known only once the bytes have been seen (<see cref="ManifestVerifier"/>).
/// </remarks>
public sealed class Manifest
{
    private readonly ChunkId[] _ids;
    private readonly long[] _cuts; // ends of all chunks but the last

    /// <summary>Takes over both arrays; who calls it has checked that they keep the <see cref="Chunker"/>'s rules.</summary>
    internal Manifest(long length, ChunkId[] ids, long[] cuts)
    {
        _ids = ids;
        _cuts = cuts;
        Length = length;
        Id = ContentIds.OfFile(length, ids, cuts);
    }

    /// <summary>The manifest of the empty content.</summary>
    public static Manifest Empty { get; } = new(0, [], []);

    /// <summary>Names the content.</summary>
    public ContentId Id { get; }

    /// <summary>Length of the content in bytes.</summary>
    public long Length { get; }

    /// <summary>How many chunks: 0 for the empty content, else at least 1.</summary>
    public int Count => _ids.Length;

    /// <summary>The chunks' ids, in order.</summary>
    public ReadOnlySpan<ChunkId> Ids => _ids;

    /// <summary>The chunk at <paramref name="index"/>.</summary>
    /// <exception cref="IndexOutOfRangeException">Not below <see cref="Count"/>.</exception>
    public Chunk this[int index] => new(_ids[index], OffsetOf(index), LengthOf(index));

    /// <summary>Where a chunk starts; for <see cref="Count"/> itself, <see cref="Length"/>.</summary>
    public long OffsetOf(int index) => index == 0 ? 0 : index == _ids.Length ? Length : _cuts[index - 1];

    /// <summary>How long a chunk is.</summary>
    public int LengthOf(int index) => (int)(OffsetOf(index + 1) - OffsetOf(index));

    /// <summary>The chunk that holds the byte at <paramref name="offset"/>; -1 when the offset is not inside the content.</summary>
    public int IndexAt(long offset)
    {
        if (offset < 0 || offset >= Length) return -1;
        var found = Array.BinarySearch(_cuts, offset);
        return found >= 0 ? found + 1 : ~found;
    }

    /// <summary>The manifest of a content of at most <see cref="Chunker.SingleChunkLength"/> bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is longer.</exception>
    public static Manifest OfSmall(ReadOnlySpan<byte> content)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(content.Length, Chunker.SingleChunkLength, nameof(content));
        if (content.IsEmpty) return Empty;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(content, digest);
        return new Manifest(content.Length, [new ChunkId(digest)], []);
    }

    /// <summary>The chunk list of the front of a content, as far as the chunker has cut it: a content of its own, that ends where a chunk does.</summary>
    /// <param name="ids">Of its chunks, in order.</param>
    /// <param name="ends">Where each ends, as offsets in the content; the last one beyond <see cref="Chunker.SingleChunkLength"/>.</param>
    /// <exception cref="ArgumentException">They are not as many, or none, or too short.</exception>
    public static Manifest OfFront(ReadOnlySpan<ChunkId> ids, ReadOnlySpan<long> ends)
    {
        if (ids.IsEmpty || ids.Length != ends.Length || ends[^1] <= Chunker.SingleChunkLength) throw new ArgumentException("No front of a large content.", nameof(ends));
        return new Manifest(ends[^1], ids.ToArray(), ends[..^1].ToArray());
    }

    /// <summary>Whether this is the chunk list of the front of a longer content.</summary>
    public bool IsFrontOf(Manifest longer)
    {
        ArgumentNullException.ThrowIfNull(longer);
        return Count > 0 && longer.Count > Count && longer.OffsetOf(Count) == Length && longer.Ids[..Count].SequenceEqual(Ids) && longer._cuts.AsSpan(0, _cuts.Length).SequenceEqual(_cuts);
    }

    /// <summary>Encodes the whole list: some 34 bytes a chunk. See <see cref="ManifestCodec"/> for the format.</summary>
    public byte[] Encode() => ManifestCodec.Encode(this);

    /// <summary>Reads what <see cref="Encode"/> wrote, or what a peer claims to have so written: anything else is refused, with the reason.</summary>
    /// <param name="bytes">Nothing is allocated that these bytes do not pay for.</param>
    /// <param name="maxLength">The longest content that is acceptable here.</param>
    /// <param name="manifest">The manifest, its id computed from its list.</param>
    /// <param name="error">What is wrong with the bytes.</param>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, long maxLength, [NotNullWhen(true)] out Manifest? manifest, [NotNullWhen(false)] out string? error)
        => ManifestCodec.TryDecode(bytes, maxLength, out manifest, out error);
}
