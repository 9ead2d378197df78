using System.Buffers;
using System.Numerics;

namespace Sync.Delta;

/// <summary>
/// Makes a small content from another: copies of the old one's blocks, found at any offset by their <see cref="PatchSums"/> (Tridgell, 1999), and the
/// bytes in between. Where a block is found the search goes on behind it. Time is linear in the target's length: equal sums are entered once.
/// </summary>
public static class Patch
{
    /// <summary>Patches that are not shorter than this part of the content, in eighths, are none.</summary>
    private const int WorthwhileEighths = 6;

    /// <summary>A block whose place and the places behind it are taken is left out: sums that a peer makes up cost no more time than others.</summary>
    private const int LongestProbe = 8;

    /// <summary>Looks for a content's blocks.</summary>
    /// <param name="target">At most <see cref="PatchSums.MaxLength"/> bytes.</param>
    /// <param name="sums">Of the basis.</param>
    /// <returns>The patch; null if it would hardly be shorter.</returns>
    public static BlockDelta? Encode(ReadOnlySpan<byte> target, PatchSums sums)
    {
        ArgumentNullException.ThrowIfNull(sums);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(target.Length, PatchSums.MaxLength);
        var size = sums.BlockSize;
        if (target.Length < size) return null;
        // Open addressing, at most half full: a block's number + 1 where its sum belongs, or behind.
        var bits = BitOperations.Log2((uint)sums.Count) + 2;
        Span<ushort> table = stackalloc ushort[1 << bits];
        table.Clear();
        for (var block = 0; block < sums.Count; block++) Enter(table, bits, sums, block);

        var steps = new ArrayBufferWriter<byte>(64);
        var literals = new byte[target.Length * WorthwhileEighths / 8];
        var filled = 0;
        var rolling = new RollingSum(sums.Multiplier, size);
        var from = 0;
        var at = 0;
        var copied = (Offset: 0, Length: 0);
        var behind = 0;
        var pending = 0;
        var sum = rolling.Of(target[..size]);
        while (true)
        {
            var offset = Find(table, bits, sums, sums.Shorten(sum), copied.Offset + copied.Length);
            if (offset >= 0)
            {
                if (!Literal(target[from..at])) return null;
                if (copied.Length > 0 && copied.Offset + copied.Length == offset) copied.Length += size;
                else
                {
                    EndCopy();
                    copied = (offset, size);
                }

                from = at += size;
                if (at + size > target.Length) break;
                sum = rolling.Of(target.Slice(at, size));
                continue;
            }

            if (at + size == target.Length) break;
            sum = rolling.Roll(sum, target[at], target[at + size]);
            at++;
        }

        // What is left is shorter than a block, or in none: but it may be the basis' end.
        if (from < target.Length && sums.Shorten(rolling.Of(target[^size..])) == sums[sums.Count - 1])
        {
            var same = Math.Min(size, target.Length - from);
            if (!Literal(target[from..^same])) return null;
            var offset = sums.BasisLength - same;
            if (copied.Length > 0 && copied.Offset + copied.Length == offset) copied.Length += same;
            else
            {
                EndCopy();
                copied = (offset, same);
            }
        }
        else if (!Literal(target[from..])) return null;

        if (pending > 0 || copied.Length > 0) EndCopy();
        return steps.WrittenCount + filled > literals.Length ? null : new BlockDelta(steps.WrittenMemory, literals.AsMemory(0, filled));

        bool Literal(ReadOnlySpan<byte> bytes)
        {
            if (bytes.IsEmpty) return true;
            if (copied.Length > 0) EndCopy();
            if (bytes.Length > literals.Length - filled) return false;
            bytes.CopyTo(literals.AsSpan(filled));
            filled += bytes.Length;
            pending += bytes.Length;
            return true;
        }

        void EndCopy()
        {
            if (pending == 0 && copied.Length == 0) return;
            Varint.Write(steps, (ulong)pending);
            Varint.Write(steps, Varint.ZigZag(copied.Length > 0 ? copied.Offset - behind : 0));
            Varint.Write(steps, (ulong)copied.Length);
            if (copied.Length > 0) behind = copied.Offset + copied.Length;
            pending = 0;
            copied = (0, 0);
        }
    }

    /// <summary>Makes the content; null if the patch is not one of this basis, or makes another length. Whether it is the right content its id must tell.</summary>
    /// <param name="basis">The content whose sums were sent.</param>
    /// <param name="steps">See <see cref="BlockDeltaReader"/>; may be hostile.</param>
    /// <param name="literals">The bytes in between.</param>
    /// <param name="length">Of the content: at most <see cref="PatchSums.MaxLength"/>.</param>
    public static byte[]? Apply(ReadOnlySpan<byte> basis, ReadOnlySpan<byte> steps, ReadOnlySpan<byte> literals, int length)
    {
        if (length is < 0 or > PatchSums.MaxLength) return null;
        var content = new byte[length];
        var filled = 0;
        var reader = new BlockDeltaReader(steps, literals, basis.Length);
        while (reader.Next())
        {
            if (reader.Literals.Length + reader.CopyLength > length - filled) return null;
            reader.Literals.CopyTo(content.AsSpan(filled));
            filled += reader.Literals.Length;
            basis.Slice((int)reader.CopyOffset, (int)reader.CopyLength).CopyTo(content.AsSpan(filled));
            filled += (int)reader.CopyLength;
        }

        return reader.IsDamaged || filled != length ? null : content;
    }

    private static void Enter(Span<ushort> table, int bits, PatchSums sums, int block)
    {
        var sum = sums[block];
        var slot = SlotOf(sum, bits);
        for (var probe = 0; probe < LongestProbe; probe++, slot = (slot + 1) & (table.Length - 1))
        {
            if (table[slot] == 0)
            {
                table[slot] = (ushort)(block + 1);
                return;
            }

            if (sums[table[slot] - 1] == sum) return;
        }
    }

    /// <summary>The offset of a block with this sum, or -1. Of equal ones, which a table holds once, what follows the last copy is preferred.</summary>
    private static int Find(ReadOnlySpan<ushort> table, int bits, PatchSums sums, ulong sum, int next)
    {
        var slot = SlotOf(sum, bits);
        for (var probe = 0; probe < LongestProbe && table[slot] != 0; probe++, slot = (slot + 1) & (table.Length - 1))
        {
            var block = table[slot] - 1;
            if (sums[block] != sum) continue;
            var following = next / sums.BlockSize;
            return following < sums.Count && sums.OffsetOf(following) == next && sums[following] == sum ? next : sums.OffsetOf(block);
        }

        return -1;
    }

    private static int SlotOf(ulong sum, int bits) => (int)(sum >> ((8 * PatchSums.SumSize) - bits));
}
