using System.Security.Cryptography;

namespace Sync.Delta;

/// <summary>Checks one chunk's bytes against its id.</summary>
public static class ChunkVerifier
{
    /// <summary>Whether <paramref name="bytes"/> are the chunk: its length, its SHA-256.</summary>
    public static bool Verify(in Chunk chunk, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != chunk.Length) return false;
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes, digest);
        return new ChunkId(digest) == chunk.Id;
    }
}
