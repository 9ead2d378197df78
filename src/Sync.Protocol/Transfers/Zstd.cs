using System.Collections.Concurrent;
using ZstdSharp;

namespace Sync.Protocol.Transfers;

/// <summary>Compressors and decompressors, lent for a call: as many as are at work at once, however many streams there are. A megabyte each.</summary>
internal static class Zstd
{
    private static readonly ConcurrentDictionary<int, ConcurrentBag<Compressor>> Idle = new();
    private static readonly ConcurrentBag<Decompressor> IdleDecompressors = [];

    /// <summary>Packs into <paramref name="destination"/>; false if it is too short.</summary>
    public static bool TryPack(int level, ReadOnlySpan<byte> plain, Span<byte> destination, out int written)
    {
        var idle = Idle.GetOrAdd(level, static _ => []);
        if (!idle.TryTake(out var compressor)) compressor = new Compressor(level);
        try
        {
            return compressor.TryWrap(plain, destination, out written);
        }
        finally
        {
            idle.Add(compressor);
        }
    }

    /// <summary>Unpacks to exactly as many bytes as there is room for; false if it is no zstd frame, or one of another length.</summary>
    public static bool TryUnpack(ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        if (!IdleDecompressors.TryTake(out var decompressor)) decompressor = new Decompressor();
        try
        {
            return decompressor.TryUnwrap(packed, plain, out var written) && written == plain.Length;
        }
        catch (ZstdException)
        {
            return false;
        }
        finally
        {
            IdleDecompressors.Add(decompressor);
        }
    }
}
