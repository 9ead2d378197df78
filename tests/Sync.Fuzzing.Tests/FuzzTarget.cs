namespace Sync.Fuzzing.Tests;

/// <summary>A decoder of bytes from a peer or from disk.</summary>
internal abstract class FuzzTarget
{
    /// <summary>What it is called, and its file in the corpus.</summary>
    public abstract string Name { get; }

    /// <summary>What one input may make it allocate, in bytes: so many, and so many for each byte of the input.</summary>
    public virtual (long Fixed, long EachByte) Budget => (256 << 10, 256);

    /// <summary>Valid bytes, of any valid value.</summary>
    public abstract byte[] Valid(uint seed);

    /// <summary>Bytes that were changed: makes checksums fit again, so that what is behind them is reached too.</summary>
    public virtual void Mend(byte[] input)
    {
    }

    /// <summary>
    /// Decodes. What is accepted must come back the same when it is encoded and decoded again. Anything that leaves by an exception is a finding: the
    /// documented refusals are answers.
    /// </summary>
    /// <returns>What came of it, in words that are the same for inputs of one kind: the reason of a refusal, or the shape of what was accepted.</returns>
    public abstract string Run(byte[] input);

    public override string ToString() => Name;

    /// <summary>Fails if what was decoded a second time is not what was decoded first.</summary>
    protected static void Same(string first, string second)
    {
        if (!string.Equals(first, second, StringComparison.Ordinal)) throw new InvalidOperationException($"It does not come back as it was:\n{first}\n{second}");
    }
}
