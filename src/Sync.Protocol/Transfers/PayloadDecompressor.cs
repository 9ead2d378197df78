using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using ZstdSharp;

namespace Sync.Protocol.Transfers;

/// <summary>Unpacks payloads of one stream. Not thread-safe; the context is made with the first packed frame.</summary>
internal sealed class PayloadDecompressor(bool allowed) : IDisposable
{
    private Decompressor? _zstd;

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
        _zstd ??= new Decompressor();
        try
        {
            if (_zstd.TryUnwrap(packed, plain, out var written) && written == plain.Length) return;
        }
        catch (ZstdException)
        {
            // Told below, as any other frame that does not unpack.
        }

        throw Bounds.Violation("a compressed frame does not unpack to its size");
    }

    public void Dispose() => _zstd?.Dispose();
}
