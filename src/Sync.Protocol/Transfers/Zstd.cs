using System.Collections.Concurrent;
using ZstdSharp;

namespace Sync.Protocol.Transfers;

/// <summary>Compressors, lent for a call: as many as are at work at once, however many streams there are. A megabyte each.</summary>
internal static class Zstd
{
    private static readonly ConcurrentDictionary<int, ConcurrentBag<Compressor>> Idle = new();

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
}
