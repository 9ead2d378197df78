using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Sync.Delta;

/// <summary>
/// How content ids are computed: SHA-256 over a tag and the content's description. The tag holds the kind and, for files, the chunker's
/// version; no tag is a prefix of another, so an id of one kind is never one of another kind.
/// </summary>
public static class ContentIds
{
    private const int ChunkSize = ChunkId.Size + sizeof(int);
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static ReadOnlySpan<byte> FileTag => "sync content: file, chunker 1\n"u8;

    private static ReadOnlySpan<byte> LinkTag => "sync content: link\n"u8;

    /// <summary>The content id of a symlink: its target, as written in it.</summary>
    /// <exception cref="EncoderFallbackException">The target has an unpaired surrogate, so it is no text that a file system gave.</exception>
    public static ContentId OfLink(string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return OfLink(StrictUtf8.GetBytes(target));
    }

    /// <summary>The content id of a symlink: its target's bytes, as written in it.</summary>
    public static ContentId OfLink(ReadOnlySpan<byte> target)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(LinkTag);
        hash.AppendData(target);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetHashAndReset(digest);
        return new ContentId(digest);
    }

    /// <summary>Tag, length of the content (8 bytes), then each chunk's id and length (4 bytes), little-endian.</summary>
    internal static ContentId OfFile(long length, ReadOnlySpan<ChunkId> ids, ReadOnlySpan<long> cuts)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> buffer = stackalloc byte[64 * ChunkSize];
        FileTag.CopyTo(buffer);
        var used = FileTag.Length;
        BinaryPrimitives.WriteInt64LittleEndian(buffer[used..], length);
        used += sizeof(long);
        if (ids.Length <= 1)
        {
            // Most files of a source tree: one call, nothing allocated.
            if (ids.Length == 1) used += Write(buffer[used..], ids[0], length);
            SHA256.HashData(buffer[..used], digest);
            return new ContentId(digest);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var start = 0L;
        for (var i = 0; i < ids.Length; i++)
        {
            var end = i < cuts.Length ? cuts[i] : length;
            used += Write(buffer[used..], ids[i], end - start);
            start = end;
            if (buffer.Length - used >= ChunkSize) continue;
            hash.AppendData(buffer[..used]);
            used = 0;
        }
        hash.AppendData(buffer[..used]);
        hash.GetHashAndReset(digest);
        return new ContentId(digest);
    }

    private static int Write(Span<byte> buffer, in ChunkId id, long length)
    {
        id.CopyTo(buffer);
        BinaryPrimitives.WriteInt32LittleEndian(buffer[ChunkId.Size..], checked((int)length));
        return ChunkSize;
    }
}
