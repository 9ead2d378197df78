using System.Buffers;
using Google.Protobuf;
using Sync.Engine.Link;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>The frames of one stream, for the wire. Payloads are wrapped: write each result before asking for the next. Not thread-safe.</summary>
internal sealed class FrameWriter(PayloadCompressor compressor)
{
    /// <summary>The transfers under way of new versions of what the receiver has.</summary>
    private readonly HashSet<long> _versions = [];

    /// <exception cref="ArgumentException">A whole content, or a manifest, larger than the protocol allows.</exception>
    public IEnumerable<Frame> ToWire(ContentFrame frame) => frame switch
    {
        ContentFrame.Whole whole => [Whole(whole)],
        ContentFrame.Start start => Start(start),
        ContentFrame.Data { Bytes.Length: <= WireLimits.MaxPayload } data => [Data(data.Id, data.Bytes)],
        ContentFrame.Data data => Cut(data),
        ContentFrame.Delta delta => [Delta(delta)],
        ContentFrame.Patched patched => [Plain(patched)],
        ContentFrame.End end => [End(end)],
        ContentFrame.Ask ask => [new Frame { Id = ask.Id, Ask = new AskFrame { Content = Bounds.FromContent(ask.Content) } }],
        _ => throw new ArgumentException("An unknown kind of frame.", nameof(frame)),
    };

    /// <summary>Frames that may be grouped, at most <see cref="WireLimits.MaxGroup"/> together, as one; as a few where they do not shrink.</summary>
    public IEnumerable<Frame> ToWire(IReadOnlyList<ContentFrame> frames)
    {
        var group = new FrameGroup();
        foreach (var frame in frames) group.Frames.Add(Plain(frame));
        var size = group.CalculateSize();
        var plain = ArrayPool<byte>.Shared.Rent(size);
        var packed = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            group.WriteTo(plain.AsSpan(0, size));
            return compressor.TryPack(plain.AsSpan(0, size), packed, out var written, isVersion: frames.Any(static f => f is ContentFrame.Patched))
                ? [new Frame { Packed = new PackedGroup { Bytes = ByteString.CopyFrom(packed, 0, written), PlainSize = (uint)size } }]
                : Split(group);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(plain);
            ArrayPool<byte>.Shared.Return(packed);
        }
    }

    private static IEnumerable<Frame> Split(FrameGroup group)
    {
        var part = new FrameGroup();
        var size = 0;
        foreach (var frame in group.Frames)
        {
            var more = frame.CalculateSize();
            if (size > 0 && size + more > WireLimits.MaxPayload)
            {
                yield return new Frame { Group = part };
                part = new FrameGroup();
                size = 0;
            }

            part.Frames.Add(frame);
            size += more;
        }

        yield return new Frame { Group = part };
    }

    private Frame Plain(ContentFrame frame) => frame switch
    {
        ContentFrame.Whole whole => Whole(whole, whole.Bytes, 0, ByteString.Empty),
        ContentFrame.Patched patched => new Frame
        {
            Id = patched.Id,
            Patch = new PatchFrame
            {
                Length = (uint)patched.Length,
                StepsSize = (uint)patched.Steps.Length,
                Bytes = UnsafeByteOperations.UnsafeWrap(Joined(patched.Steps, patched.Literals)),
            },
        },
        ContentFrame.End end => End(end),
        _ => throw new ArgumentException("A frame that is not grouped.", nameof(frame)),
    };

    private Frame Whole(ContentFrame.Whole whole)
    {
        var (bytes, plainSize) = compressor.Pack(whole.Bytes);
        return Whole(whole, bytes, plainSize, Bounds.FromContent(whole.Content));
    }

    private static Frame Whole(ContentFrame.Whole whole, ReadOnlyMemory<byte> bytes, uint plainSize, ByteString content) => whole.Bytes.Length > WireLimits.MaxPayload
        ? throw new ArgumentException($"A content of {whole.Bytes.Length} bytes is too large for one frame.", nameof(whole))
        : new Frame
        {
            Id = whole.Id,
            Whole = new WholeFrame { Content = content, Bytes = UnsafeByteOperations.UnsafeWrap(bytes), PlainSize = plainSize },
        };

    private Frame End(ContentFrame.End end)
    {
        _versions.Remove(end.Id);
        return new Frame { Id = end.Id, End = RequestMapping.ToEndFrame(end) };
    }

    private Frame Data(long id, ReadOnlyMemory<byte> plain)
    {
        var (bytes, plainSize) = compressor.Pack(plain, _versions.Contains(id));
        return new Frame { Id = id, Data = new DataFrame { Bytes = UnsafeByteOperations.UnsafeWrap(bytes), PlainSize = plainSize } };
    }

    private Frame Delta(ContentFrame.Delta delta)
    {
        var plain = Joined(delta.Steps, delta.Literals);
        if (plain.Length > WireLimits.MaxPayload) throw new ArgumentException($"A delta of {plain.Length} bytes is too large for one frame.", nameof(delta));
        var (bytes, plainSize) = compressor.PackDelta(plain);
        return new Frame
        {
            Id = delta.Id,
            Delta = new DeltaFrame { Bytes = UnsafeByteOperations.UnsafeWrap(bytes), PlainSize = plainSize, StepsSize = (uint)delta.Steps.Length },
        };
    }

    private static byte[] Joined(ReadOnlyMemory<byte> steps, ReadOnlyMemory<byte> literals)
    {
        var both = new byte[steps.Length + literals.Length];
        steps.CopyTo(both);
        literals.CopyTo(both.AsMemory(steps.Length));
        return both;
    }

    private IEnumerable<Frame> Cut(ContentFrame.Data data)
    {
        for (var rest = data.Bytes; rest.Length > 0; rest = rest[Math.Min(WireLimits.MaxPayload, rest.Length)..])
            yield return Data(data.Id, rest[..Math.Min(WireLimits.MaxPayload, rest.Length)]);
    }

    private IEnumerable<Frame> Start(ContentFrame.Start start)
    {
        if (!start.Basis.IsNone) _versions.Add(start.Id);
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
                GrowsTo = checked((ulong)start.GrowsTo),
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
