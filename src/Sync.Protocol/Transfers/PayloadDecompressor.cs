using Sync.Engine.Link;
using Sync.Protocol.Mapping;

namespace Sync.Protocol.Transfers;

/// <summary>Unpacks payloads of one stream. Safe from any thread.</summary>
internal sealed class PayloadDecompressor(bool allowed)
{
    /// <summary>Exactly <paramref name="plainSize"/> bytes, which the caller has bounded.</summary>
    /// <exception cref="LinkException">Not zstd, another size, or compression was not agreed on.</exception>
    public ReadOnlyMemory<byte> Unpack(ReadOnlySpan<byte> packed, int plainSize)
    {
        var plain = new byte[plainSize];
        Unpack(packed, plain);
        return plain;
    }

    /// <summary>As many bytes as there is room for.</summary>
    /// <exception cref="LinkException">Not zstd, another size, or compression was not agreed on.</exception>
    public void Unpack(ReadOnlySpan<byte> packed, Span<byte> plain)
    {
        if (!allowed) throw Bounds.Violation("a compressed frame, which was not agreed on");
        if (!Zstd.TryUnpack(packed, plain)) throw Bounds.Violation("a compressed frame does not unpack to its size");
    }
}
