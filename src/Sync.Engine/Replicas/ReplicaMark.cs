using System.Buffers.Binary;
using Sync.Engine.Machines;

namespace Sync.Engine.Replicas;

/// <summary>
/// Stands in the index and, the same, in `DIR/.sync/mark`, and tells whether the two are of one time: the lives of the agent on this directory,
/// the present one first (random ids), and how often the index was saved in it. Written to the directory first: it may be one ahead.
/// </summary>
internal sealed class ReplicaMark
{
    /// <summary>The size in bytes of what changes within a life, at the beginning.</summary>
    public const int CountLength = 8;

    private const int LifeLength = 16;

    /// <summary>Older lives than these are as if they had never been: a backup of that age is compared by content.</summary>
    private const int MaxLives = 64;

    private readonly UInt128[] _lives;

    private ReplicaMark(ulong count, UInt128[] lives)
    {
        Count = count;
        _lives = lives;
    }

    /// <summary>The largest mark's size in bytes.</summary>
    public static int MaxLength => CountLength + MaxLives * LifeLength;

    /// <summary>How often the index was saved in this life.</summary>
    public ulong Count { get; }

    /// <summary>The present life.</summary>
    public UInt128 Life => _lives[0];

    /// <summary>A new life.</summary>
    /// <param name="before">The one that it goes on from; null: from nothing that is known.</param>
    /// <param name="machine">Where it is lived.</param>
    public static ReplicaMark NewLife(ReplicaMark? before, IMachine machine)
    {
        Span<byte> secret = stackalloc byte[LifeLength];
        machine.FillSecret(secret);
        var life = BinaryPrimitives.ReadUInt128LittleEndian(secret);
        return new ReplicaMark(0, [life, .. (before?._lives ?? []).Take(MaxLives - 1)]);
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; null if it is something else.</summary>
    public static ReplicaMark? Parse(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < CountLength + LifeLength || bytes.Length > MaxLength || (bytes.Length - CountLength) % LifeLength != 0) return null;
        var lives = new UInt128[(bytes.Length - CountLength) / LifeLength];
        for (var i = 0; i < lives.Length; i++) lives[i] = BinaryPrimitives.ReadUInt128LittleEndian(bytes[(CountLength + i * LifeLength)..]);
        return new ReplicaMark(BinaryPrimitives.ReadUInt64LittleEndian(bytes), lives);
    }

    /// <summary>How an index with one mark stands to a directory with another.</summary>
    public static MarkAge Compare(ReplicaMark? index, ReplicaMark? directory)
    {
        if (index is null || directory is null) return MarkAge.Unrelated;
        if (index._lives[0] == directory._lives[0])
        {
            if (directory.Count < index.Count) return MarkAge.DirectoryIsOlder;
            return directory.Count - index.Count <= 1 ? MarkAge.Same : MarkAge.IndexIsOlder;
        }

        if (Array.IndexOf(directory._lives, index._lives[0]) > 0) return MarkAge.IndexIsOlder;
        return Array.IndexOf(index._lives, directory._lives[0]) > 0 ? MarkAge.DirectoryIsOlder : MarkAge.Unrelated;
    }

    /// <summary>The mark of the next time the index is saved.</summary>
    public ReplicaMark Next() => new(Count + 1, _lives);

    /// <summary>As it is stored.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[CountLength + _lives.Length * LifeLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Count);
        for (var i = 0; i < _lives.Length; i++) BinaryPrimitives.WriteUInt128LittleEndian(bytes.AsSpan(CountLength + i * LifeLength), _lives[i]);
        return bytes;
    }
}
