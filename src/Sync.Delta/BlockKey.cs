using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Sync.Delta;

/// <summary>
/// A secret of one replica, with which it sums the blocks of its own contents: nobody else can make contents whose blocks collide, and sums stay
/// of use from one transfer to the next. Never leaves the replica.
/// </summary>
public sealed class BlockKey
{
    /// <summary>Length of the secret in bytes.</summary>
    public const int Size = 16;

    private readonly byte[] _secret;

    /// <summary>Takes a secret up.</summary>
    /// <exception cref="ArgumentException">Not <see cref="Size"/> bytes.</exception>
    public BlockKey(ReadOnlySpan<byte> secret)
    {
        if (secret.Length != Size) throw new ArgumentException("A block key takes 16 bytes.", nameof(secret));
        _secret = secret.ToArray();
        Multiplier = BinaryPrimitives.ReadUInt64LittleEndian(secret) | 1;
        Seed = BinaryPrimitives.ReadInt64LittleEndian(secret[8..]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(secret, digest);
        Fingerprint = BinaryPrimitives.ReadUInt64LittleEndian(digest);
    }

    /// <summary>The secret.</summary>
    public ReadOnlySpan<byte> Secret => _secret;

    /// <summary>Tells keys apart without telling them.</summary>
    public ulong Fingerprint { get; }

    /// <summary>Of the rolling sum; odd.</summary>
    internal ulong Multiplier { get; }

    /// <summary>Of the strong sum.</summary>
    internal long Seed { get; }

    /// <summary>A new secret.</summary>
    public static BlockKey New() => new(RandomNumberGenerator.GetBytes(Size));
}
