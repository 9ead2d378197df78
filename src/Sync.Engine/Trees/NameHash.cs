using System.IO.Hashing;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Sync.Engine.Trees;

/// <summary>
/// Hashes of names, other ones in each process, so that nobody can choose names that collide. A string's own hash would do, but the order of a
/// table's items follows from it, and a simulation must be able to have the same order again.
/// </summary>
internal static class NameHash
{
    /// <summary>To be set before there is a table.</summary>
    public static long Seed { get; set; } = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(sizeof(long)));

    public static int Of(string name) => (int)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(name.AsSpan()), Seed);
}
