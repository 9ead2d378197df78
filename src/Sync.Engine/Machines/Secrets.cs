namespace Sync.Engine.Machines;

/// <summary>Secrets of a machine as what they are used as.</summary>
internal static class Secrets
{
    /// <summary>Counting begins here: above 0, and far below where it would end.</summary>
    private const int CountBits = 40;

    /// <summary>64 bits.</summary>
    public static ulong NextSecret(this IMachine machine)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        machine.FillSecret(bytes);
        return BitConverter.ToUInt64(bytes);
    }

    /// <summary>Where the numbers of one life begin, so that they are no other life's: 1 to 2^40.</summary>
    public static long NextFirstNumber(this IMachine machine) => (long)(machine.NextSecret() >> (64 - CountBits)) + 1;

    /// <summary>A name that no other has: 32 lower-case hexadecimal digits.</summary>
    public static string NextName(this IMachine machine)
    {
        Span<byte> bytes = stackalloc byte[16];
        machine.FillSecret(bytes);
        return Convert.ToHexStringLower(bytes);
    }
}
