using System.Buffers;
using Sync.Engine.Control;

namespace Sync.Engine.Snapshots;

/// <summary>
/// The buffers of pieces. From the shared pool nearly each was a new one, on the large-object heap: its collections took a tenth of a first sync's processor time at the guest.
/// Safe from any thread.
/// </summary>
internal static class PieceBuffers
{
    /// <summary>The bytes of a whole piece, with the numbers in it.</summary>
    private const int Size = 256 << 10;

    /// <summary>More than are under way on one side of one pull.</summary>
    private const int Kept = 64;

    private static readonly BufferStack Buffers = new(Size, Kept);

    /// <summary>A buffer of at least so many bytes.</summary>
    public static byte[] Rent(int length) => length is > Size or < Size / 4 ? ArrayPool<byte>.Shared.Rent(length) : Buffers.Rent();

    /// <summary>Takes one back.</summary>
    public static void Return(byte[] buffer)
    {
        if (buffer.Length == Size) Buffers.Return(buffer);
        else ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Gives memory back: pulls are over for now.</summary>
    public static void Trim() => Buffers.Trim();
}
