using System.Runtime.CompilerServices;

namespace Sync.Engine.Ignoring;

/// <summary>A set of bytes: what a bracket expression matches.</summary>
[InlineArray(4)]
internal struct ByteSet
{
    private ulong _first;

    /// <summary>Whether <paramref name="value"/> is in the set.</summary>
    public readonly bool Contains(byte value) => (this[value >> 6] >> (value & 63) & 1) != 0;

    /// <summary>Puts <paramref name="value"/> into the set.</summary>
    public void Add(byte value) => this[value >> 6] |= 1UL << (value & 63);

    /// <summary>Takes <paramref name="value"/> out of the set.</summary>
    public void Remove(byte value) => this[value >> 6] &= ~(1UL << (value & 63));

    /// <summary>Turns the set into what it did not hold.</summary>
    public void Invert()
    {
        for (int i = 0; i < 4; i++)
            this[i] = ~this[i];
    }
}
