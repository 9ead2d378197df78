using Google.Protobuf;
using Sync.Engine.Link;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>The frames of one stream, for the wire. Payloads are wrapped: write each result before asking for the next. Not thread-safe.</summary>
internal sealed class FrameWriter(PayloadCompressor compressor)
{
    /// <exception cref="ArgumentException">A whole content, or a manifest, larger than the protocol allows.</exception>
    public IEnumerable<Frame> ToWire(ContentFrame frame) => frame switch
    {
        ContentFrame.Whole whole => [Whole(whole)],
        ContentFrame.Start start => Start(start),
        ContentFrame.Data { Bytes.Length: <= WireLimits.MaxPayload } data => [Data(data.Id, data.Bytes)],
        ContentFrame.Data data => Cut(data),
        ContentFrame.Delta delta => [Delta(delta)],
        ContentFrame.End end => [new Frame { Id = end.Id, End = RequestMapping.ToEndFrame(end) }],
        ContentFrame.Ask ask => [new Frame { Id = ask.Id, Ask = new AskFrame { Content = Bounds.FromContent(ask.Content) } }],
        _ => throw new ArgumentException("An unknown kind of frame.", nameof(frame)),
    };

    private Frame Whole(ContentFrame.Whole whole)
    {
        if (whole.Bytes.Length > WireLimits.MaxPayload)
            throw new ArgumentException($"A content of {whole.Bytes.Length} bytes is too large for one frame.", nameof(whole));
        var (bytes, plainSize) = compressor.Pack(whole.Bytes);
        return new Frame
        {
            Id = whole.Id,
            Whole = new WholeFrame { Content = Bounds.FromContent(whole.Content), Bytes = UnsafeByteOperations.UnsafeWrap(bytes), PlainSize = plainSize },
        };
    }

    private Frame Data(long id, ReadOnlyMemory<byte> plain)
    {
        var (bytes, plainSize) = compressor.Pack(plain);
        return new Frame { Id = id, Data = new DataFrame { Bytes = UnsafeByteOperations.UnsafeWrap(bytes), PlainSize = plainSize } };
    }

    private Frame Delta(ContentFrame.Delta delta)
    {
        var plain = new byte[delta.Steps.Length + delta.Literals.Length];
        if (plain.Length > WireLimits.MaxPayload) throw new ArgumentException($"A delta of {plain.Length} bytes is too large for one frame.", nameof(delta));
        delta.Steps.CopyTo(plain);
        delta.Literals.CopyTo(plain.AsMemory(delta.Steps.Length));
        var (bytes, plainSize) = compressor.PackDelta(plain);
        return new Frame
        {
            Id = delta.Id,
            Delta = new DeltaFrame { Bytes = UnsafeByteOperations.UnsafeWrap(bytes), PlainSize = plainSize, StepsSize = (uint)delta.Steps.Length },
        };
    }

    private IEnumerable<Frame> Cut(ContentFrame.Data data)
    {
        for (var rest = data.Bytes; rest.Length > 0; rest = rest[Math.Min(WireLimits.MaxPayload, rest.Length)..])
            yield return Data(data.Id, rest[..Math.Min(WireLimits.MaxPayload, rest.Length)]);
    }

    private static IEnumerable<Frame> Start(ContentFrame.Start start)
    {
        if (start.Manifest.Length > WireLimits.MaxManifestBytes)
            throw new ArgumentException($"A manifest of {start.Manifest.Length} bytes is too large.", nameof(start));
        var rest = start.Manifest;
        var piece = Take(ref rest);
        yield return new Frame
        {
            Id = start.Id,
            Start = new StartFrame
            {
                Content = Bounds.FromContent(start.Content),
                Basis = Bounds.FromContent(start.Basis),
                Offset = checked((ulong)start.Offset),
                Manifest = piece,
                More = rest.Length > 0,
            },
        };
        while (rest.Length > 0)
        {
            piece = Take(ref rest);
            yield return new Frame { Id = start.Id, Manifest = new ManifestFrame { Manifest = piece, More = rest.Length > 0 } };
        }
    }

    private static ByteString Take(ref ReadOnlyMemory<byte> rest)
    {
        var piece = rest[..Math.Min(WireLimits.MaxPayload, rest.Length)];
        rest = rest[piece.Length..];
        return UnsafeByteOperations.UnsafeWrap(piece);
    }
}
