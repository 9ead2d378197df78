using System.Buffers;

namespace Sync.Engine.Snapshots;

/// <summary>
/// The buffers of pieces. One thread rents them and another gives them back, which the shared pool answers by making nearly each anew, on the large-object heap: its
/// collections took a tenth of a first sync's processor time at the guest. Safe from any thread.
/// </summary>
internal static class PieceBuffers
{
    /// <summary>The bytes of a whole piece, with the numbers in it.</summary>
    private const int Size = 256 << 10;

    /// <summary>More than are under way on one side of one pull.</summary>
    private const int Kept = 64;

    private static readonly Lock Gate = new();
    private static readonly Stack<byte[]> Free = new();

    /// <summary>A buffer of at least so many bytes.</summary>
    public static byte[] Rent(int length)
    {
        if (length is > Size or < Size / 4) return ArrayPool<byte>.Shared.Rent(length);
        lock (Gate)
            if (Free.TryPop(out var buffer)) return buffer;
        return GC.AllocateUninitializedArray<byte>(Size);
    }

    /// <summary>Takes one back.</summary>
    public static void Return(byte[] buffer)
    {
        if (buffer.Length != Size)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            return;
        }

        lock (Gate)
            if (Free.Count < Kept) Free.Push(buffer);
    }

    /// <summary>Gives memory back: pulls are over for now.</summary>
    public static void Trim()
    {
        lock (Gate)
        {
            Free.Clear();
            Free.TrimExcess();
        }
    }
}
