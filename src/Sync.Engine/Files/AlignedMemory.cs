using System.Buffers;
using System.Runtime.InteropServices;

namespace Sync.Engine.Files;

/// <summary>Memory that direct I/O can use: its address is a multiple of 4 KiB. Nobody may use it once it is disposed.</summary>
/// <param name="length">In bytes.</param>
internal sealed unsafe class AlignedMemory(int length) : MemoryManager<byte>
{
    private const int Alignment = 4 << 10;

    private byte* _address = (byte*)NativeMemory.AlignedAlloc((nuint)length, Alignment);

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new(_address, length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(_address + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
        // It never moves.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        NativeMemory.AlignedFree(_address);
        _address = null;
    }
}
