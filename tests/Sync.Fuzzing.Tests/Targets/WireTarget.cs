using CsCheck;
using Google.Protobuf;
using Sync.Engine.Link;

namespace Sync.Fuzzing.Tests.Targets;

/// <summary>Bytes from a peer, read by a function; refused by <see cref="LinkException"/> of a broken protocol, or by protobuf's parser.</summary>
internal sealed class WireTarget(string name, Gen<byte[]> valid, Func<byte[], string> read) : FuzzTarget
{
    private (long Fixed, long EachByte)? _budget;

    public override string Name => name;

    public override (long Fixed, long EachByte) Budget => _budget ?? base.Budget;

    public (long Fixed, long EachByte) BudgetOf
    {
        init => _budget = value;
    }

    public override byte[] Valid(uint seed) => valid.Generate(new PCG(seed), null, out _);

    public override string Run(byte[] input)
    {
        try
        {
            return read(input);
        }
        catch (LinkException e) when (e.Failure is LinkFailure.Protocol or LinkFailure.Incompatible)
        {
            return "refused: " + string.Concat(e.Message.Where(c => !char.IsAsciiDigit(c)));
        }
        catch (InvalidProtocolBufferException e)
        {
            return "no message: " + e.Message;
        }
    }

    public static void AssertSame(string first, string second) => Same(first, second);
}
