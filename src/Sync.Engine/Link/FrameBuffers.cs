using Sync.Engine.Control;

namespace Sync.Engine.Link;

/// <summary>
/// The buffers of <see cref="ContentFrame.Data"/>. Made anew for each frame they were two thirds of what a transfer allocates, and its collections a seventh of the
/// receiver's processor time. Safe from any thread.
/// </summary>
public static class FrameBuffers
{
    /// <summary>Of each, in bytes: the most that a frame has.</summary>
    public const int Size = 64 << 10;

    /// <summary>More than are under way on one side of one stream: 8 MiB.</summary>
    private const int Kept = 128;

    private static readonly BufferStack Buffers = new(Size, Kept);

    /// <summary>A buffer of <see cref="Size"/> bytes, with anything in it.</summary>
    public static byte[] Rent() => Buffers.Rent();

    /// <summary>Takes one back that nobody uses any more.</summary>
    public static void Return(byte[] buffer)
    {
        ArgumentNullException.ThrowIfNull(buffer);
        Buffers.Return(buffer);
    }

    /// <summary>Gives memory back: transfers are over for now.</summary>
    public static void Trim() => Buffers.Trim();
}
