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
        if (!allowed) throw Bounds.Violation("a compressed frame, which was not agreed on");
        _zstd ??= new Decompressor();
        var plain = new byte[plainSize];
        try
        {
            if (_zstd.TryUnwrap(packed, plain, out var written) && written == plainSize) return plain;
        }
        catch (ZstdException)
        {
            // Told below, as any other frame that does not unpack.
        }

        throw Bounds.Violation("a compressed frame does not unpack to its size");
    }

    public void Dispose() => _zstd?.Dispose();
}
