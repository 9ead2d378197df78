using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Sync.Delta;

/// <summary>The gear hash: each byte shifts the state by one bit and adds a fixed random number, so the state knows the last 64 bytes.</summary>
internal static class Gear
{
    private static readonly ulong[] Table = MakeTable();

    /// <summary>The random number of each byte value.</summary>
    public static ReadOnlySpan<ulong> Values => Table;

    /// <summary>Takes in all of <paramref name="data"/>.</summary>
    public static ulong Roll(ulong hash, ReadOnlySpan<byte> data)
    {
        foreach (var value in data) hash = (hash << 1) + Table[value];
        return hash;
    }

    /// <summary>Takes in bytes up to the first after which the hash is at most <paramref name="last"/>.</summary>
    /// <returns>How many bytes that took, or -1 if none of them qualified.</returns>
    public static int Find(ref ulong hash, ReadOnlySpan<byte> data, ulong last)
    {
        ref var table = ref MemoryMarshal.GetArrayDataReference(Table);
        ref var bytes = ref MemoryMarshal.GetReference(data);
        var h = hash;
        nint i = 0;
        // Four at a time, and h moves once per round: the tests hang off the chain instead of lengthening it.
        for (; i + 4 <= data.Length; i += 4)
        {
            var g0 = Unsafe.Add(ref table, Unsafe.Add(ref bytes, i));
            var g1 = Unsafe.Add(ref table, Unsafe.Add(ref bytes, i + 1));
            var g2 = Unsafe.Add(ref table, Unsafe.Add(ref bytes, i + 2));
            var g3 = Unsafe.Add(ref table, Unsafe.Add(ref bytes, i + 3));
            var h0 = (h << 1) + g0;
            var g01 = (g0 << 1) + g1;
            var h1 = (h << 2) + g01;
            var h2 = (h1 << 1) + g2;
            var h3 = (h << 4) + ((g01 << 2) + ((g2 << 1) + g3));
            if (h0 <= last) { hash = h0; return (int)i + 1; }
            if (h1 <= last) { hash = h1; return (int)i + 2; }
            if (h2 <= last) { hash = h2; return (int)i + 3; }
            if (h3 <= last) { hash = h3; return (int)i + 4; }
            h = h3;
        }
        for (; i < data.Length; i++)
        {
            h = (h << 1) + Unsafe.Add(ref table, Unsafe.Add(ref bytes, i));
            if (h <= last) { hash = h; return (int)i + 1; }
        }
        hash = h;
        return -1;
    }

    // SplitMix64 (Steele, Lea, Flood, OOPSLA 2014) from a fixed seed: the table is part of the format, and nothing up our sleeve.
    private static ulong[] MakeTable()
    {
        var table = new ulong[256];
        var state = 0UL;
        for (var i = 0; i < table.Length; i++)
        {
            state += 0x9E3779B97F4A7C15;
            var z = state;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            table[i] = z ^ (z >> 31);
        }
        return table;
    }
}
