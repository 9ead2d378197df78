using System.Buffers.Binary;

namespace Sync.Fuzzing.Tests;

/// <summary>Changes inputs as those change them who look for holes: a bit, a number at the edge, a piece left out, twice, or from another input.</summary>
internal sealed class Mutator(Random random)
{
    private const int MaxLength = 4096;
    private static readonly byte[][] Varints = [[0], [1], [0x7F], [0x80, 0x01], [0xFF, 0xFF, 0x03], [0xFF, 0xFF, 0xFF, 0xFF, 0x07], [0xFF, 0xFF, 0xFF, 0xFF, 0x0F], [0x80, 0x80, 0x80, 0x80, 0x10], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01], [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]];
    private static readonly string[] Words = ["..", "/", "\0", ".sync", "a/../b", "\\", ".", "{", "\"", "**", "[a-", "!", "\u202E", "\uFEFF"];

    /// <summary>One to a few changes.</summary>
    public byte[] Change(byte[] input, byte[] other)
    {
        var bytes = input;
        for (var left = 1 + (random.Next(4) == 0 ? random.Next(8) : 0); left > 0; left--) bytes = ChangeOnce(bytes, other);
        return bytes.Length > MaxLength ? bytes[..MaxLength] : bytes;
    }

    private byte[] ChangeOnce(byte[] bytes, byte[] other)
    {
        var at = bytes.Length == 0 ? 0 : random.Next(bytes.Length);
        var length = Math.Min(bytes.Length - at, 1 + random.Next(random.Next(4) == 0 ? 64 : 4));
        switch (random.Next(bytes.Length == 0 ? 3 : 12))
        {
            case 0: return Spliced(bytes, at, 0, Varints[random.Next(Varints.Length)]);
            case 1: return Spliced(bytes, at, 0, Piece(other));
            case 2: return Spliced(bytes, at, 0, System.Text.Encoding.UTF8.GetBytes(Words[random.Next(Words.Length)]));
            case 3: return Spliced(bytes, at, length, []);
            case 4: return Spliced(bytes, at, length, Piece(other));
            case 5: return Spliced(bytes, at, 0, bytes.AsSpan(at, length));
            case 6: return Spliced(bytes, at, length, Varints[random.Next(Varints.Length)]);
            case 7: return bytes[..at];
            case 8: return Edge(bytes, at);
            case 9: return [.. bytes.AsSpan(0, at), .. other.AsSpan(Math.Min(at, other.Length))];
            default:
                var copy = bytes.ToArray();
                copy[at] = random.Next(3) switch { 0 => (byte)(copy[at] ^ (1 << random.Next(8))), 1 => (byte)random.Next(256), _ => (byte)(copy[at] + (random.Next(2) == 0 ? 1 : -1)) };
                return copy;
        }
    }

    /// <summary>A number of 4 or 8 bytes at the edge of what it can be.</summary>
    private byte[] Edge(byte[] bytes, int at)
    {
        var copy = bytes.ToArray();
        var value = random.Next(6) switch { 0 => 0L, 1 => -1, 2 => int.MaxValue, 3 => int.MinValue, 4 => long.MaxValue, _ => long.MinValue };
        if (copy.Length - at >= 8 && random.Next(2) == 0) BinaryPrimitives.WriteInt64LittleEndian(copy.AsSpan(at), value);
        else if (copy.Length - at >= 4) BinaryPrimitives.WriteInt32LittleEndian(copy.AsSpan(at), unchecked((int)value));
        return copy;
    }

    private ReadOnlySpan<byte> Piece(byte[] other)
    {
        if (other.Length == 0) return default;
        var from = random.Next(other.Length);
        return other.AsSpan(from, Math.Min(other.Length - from, 1 + random.Next(64)));
    }

    private static byte[] Spliced(ReadOnlySpan<byte> bytes, int at, int remove, ReadOnlySpan<byte> insert) => [.. bytes[..at], .. insert, .. bytes[(at + remove)..]];
}
