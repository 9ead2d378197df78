using System.Buffers;

namespace Sync.Delta;

/// <summary>Unsigned numbers, seven bits a byte, lowest first (LEB128); only the shortest form is valid.</summary>
internal static class Varint
{
    /// <summary>The longest encoding in bytes.</summary>
    public const int MaxSize = 10;

    /// <summary>Appends a number.</summary>
    public static void Write(IBufferWriter<byte> output, ulong value)
    {
        var span = output.GetSpan(MaxSize);
        var used = 0;
        for (; value >= 0x80; value >>= 7) span[used++] = (byte)(value | 0x80);
        span[used++] = (byte)value;
        output.Advance(used);
    }

    /// <summary>Takes a number from the front of <paramref name="input"/>; false if it is cut off, too large or padded.</summary>
    public static bool TryRead(ref ReadOnlySpan<byte> input, out ulong value)
    {
        value = 0;
        for (var i = 0; i < input.Length && i < MaxSize; i++)
        {
            var part = input[i];
            if (i == MaxSize - 1 && part > 1) return false;
            value |= (ulong)(part & 0x7F) << (7 * i);
            if (part >= 0x80) continue;
            if (part == 0 && i > 0) return false;
            input = input[(i + 1)..];
            return true;
        }
        return false;
    }

    /// <summary>Maps small numbers of either sign to small unsigned ones: 0, -1, 1, -2 … to 0, 1, 2, 3 …</summary>
    public static ulong ZigZag(long value) => (ulong)(value << 1) ^ (ulong)(value >> 63);

    /// <summary>Undoes <see cref="ZigZag"/>.</summary>
    public static long UnZigZag(ulong value) => (long)(value >> 1) ^ -(long)(value & 1);
}
