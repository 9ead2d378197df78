using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Sync.Delta;

/// <summary>
/// Names a chunk: SHA-256 of its bytes.
/// 32 bytes; the default value, all zero, means "none".
/// </summary>
public readonly struct ChunkId : IEquatable<ChunkId>
{
    /// <summary>Length in bytes, on the wire and on disk.</summary>
    public const int Size = 32;

    private readonly ulong _a, _b, _c, _d;

    /// <summary>Reads an id from exactly the first <see cref="Size"/> bytes.</summary>
    /// <exception cref="ArgumentException">Fewer bytes than <see cref="Size"/>.</exception>
    public ChunkId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < Size) throw new ArgumentException("A chunk id takes 32 bytes.", nameof(bytes));
        _a = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        _b = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        _c = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        _d = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
    }

    /// <summary>True for the default value.</summary>
    public bool IsNone => (_a | _b | _c | _d) == 0;

    /// <summary>The first 64 bits: uniformly distributed, for hash tables.</summary>
    public ulong Prefix => _a;

    /// <summary>Writes the id's <see cref="Size"/> bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(destination, _a);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], _b);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], _c);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], _d);
    }

    /// <summary>The id's bytes, freshly allocated.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[Size];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>Parses 64 hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? hex, out ChunkId id)
    {
        id = default;
        if (hex is not { Length: Size * 2 }) return false;
        Span<byte> bytes = stackalloc byte[Size];
        if (Convert.FromHexString(hex, bytes, out _, out var written) != System.Buffers.OperationStatus.Done || written != Size) return false;
        id = new ChunkId(bytes);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(ChunkId other) => _a == other._a && _b == other._b && _c == other._c && _d == other._d;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ChunkId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => (int)_a;

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToArray());

    /// <summary>Equality of all 32 bytes.</summary>
    public static bool operator ==(ChunkId left, ChunkId right) => left.Equals(right);

    /// <summary>Inequality of any of the 32 bytes.</summary>
    public static bool operator !=(ChunkId left, ChunkId right) => !left.Equals(right);
}
