using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sync.Delta;

/// <summary>
/// Hashes chunk ids for tables with a secret key. A peer can claim any 32 bytes as an id, thousands with the same prefix; with this, it cannot
/// tell which of them collide, so a table stays linear.
/// </summary>
/// <remarks>Multilinear hashing (Lemire and Kaser, "Strongly universal string hashing is fast", 2014): two ids collide with probability 2^-32.</remarks>
public sealed class ChunkIdComparer : IEqualityComparer<ChunkId>
{
    private const int Words = ChunkId.Size / sizeof(uint);
    private readonly ulong[] _keys = new ulong[Words + 1];

    private ChunkIdComparer() => RandomNumberGenerator.Fill(MemoryMarshal.AsBytes(_keys.AsSpan()));

    /// <summary>The comparer, its key drawn once per process.</summary>
    public static ChunkIdComparer Keyed { get; } = new();

    /// <inheritdoc/>
    public bool Equals(ChunkId x, ChunkId y) => x == y;

    /// <inheritdoc/>
    public int GetHashCode(ChunkId obj)
    {
        var words = MemoryMarshal.Cast<ChunkId, uint>(MemoryMarshal.CreateReadOnlySpan(ref obj, 1));
        var sum = _keys[Words];
        for (var i = 0; i < Words; i++) sum += _keys[i] * words[i];
        return (int)(sum >> 32);
    }
}
