using CsCheck;
using Sync.Engine.Store;

namespace Sync.Fuzzing.Tests.Targets;

/// <summary>Bytes read by a function that answers false, or throws <see cref="StoreCorruptException"/> where it is documented to.</summary>
internal sealed class BytesTarget(string name, Gen<byte[]> valid, Func<byte[], string> read, Action<byte[]>? mend = null, (long Fixed, long EachByte)? budget = null) : FuzzTarget
{
    public override string Name => name;

    public override (long Fixed, long EachByte) Budget => budget ?? base.Budget;

    public override byte[] Valid(uint seed) => valid.Generate(new PCG(seed), null, out _);

    public override void Mend(byte[] input) => mend?.Invoke(input);

    public override string Run(byte[] input)
    {
        try
        {
            return read(input);
        }
        catch (StoreCorruptException e)
        {
            return "corrupt: " + string.Concat(e.Message.Where(c => !char.IsAsciiDigit(c)));
        }
    }

    public static void AssertSame(string first, string second) => Same(first, second);
}
