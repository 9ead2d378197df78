namespace Sync.Simulation.Tests.Kernel;

/// <summary>Chance from a seed (SplitMix64): the same numbers on each machine and in each version of .NET.</summary>
internal sealed class Dice(ulong seed) : Random
{
    private ulong _state = seed;

    /// <summary>Another one, whose numbers follow from this one's next.</summary>
    public Dice Fork() => new(NextBits());

    public ulong NextBits()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>True in one of so many cases.</summary>
    public bool OneIn(int cases) => Below(cases) == 0;

    /// <summary>0 to one less than the limit, which is 1 or more.</summary>
    public int Below(int limit) => (int)(((NextBits() >> 32) * (ulong)limit) >> 32);

    /// <summary>From the first to the second, both included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>One of several.</summary>
    public T Of<T>(params ReadOnlySpan<T> items) => items[Below(items.Length)];

    public override double NextDouble() => Sample();

    public override int Next() => (int)(NextBits() >> 33);

    public override int Next(int maxValue) => maxValue <= 1 ? 0 : Below(maxValue);

    public override int Next(int minValue, int maxValue) => minValue + Next(maxValue - minValue);

    public override long NextInt64() => (long)(NextBits() >> 1);

    public override void NextBytes(byte[] buffer) => NextBytes(buffer.AsSpan());

    public override void NextBytes(Span<byte> buffer)
    {
        for (; buffer.Length >= sizeof(ulong); buffer = buffer[sizeof(ulong)..]) BitConverter.TryWriteBytes(buffer, NextBits());
        foreach (ref var b in buffer) b = (byte)NextBits();
    }

    protected override double Sample() => (NextBits() >> 11) * (1.0 / (1UL << 53));
}
