using System.Buffers;
using Google.Protobuf;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;

namespace Sync.Protocol.Mapping;

/// <summary>The frames of one stream, from the wire; holds a manifest that is still in parts. Not thread-safe.</summary>
internal sealed class FrameReader(PayloadDecompressor decompressor)
{
    private StartFrame? _start;
    private long _startId;
    private ArrayBufferWriter<byte>? _manifest;

    /// <summary>The frames in one from the wire: none while parts are missing, many in a group.</summary>
    /// <exception cref="LinkException">A value is out of bounds, or the frame has no place here.</exception>
    public IReadOnlyList<ContentFrame> FromWire(Frame wire)
    {
        var group = wire.KindCase switch
        {
            Frame.KindOneofCase.Group => wire.Group,
            Frame.KindOneofCase.Packed => Unpack(wire.Packed),
            _ => null,
        };
        if (group is null) return Single(wire) is { } single ? [single] : [];
        if (group.CalculateSize() > WireLimits.MaxGroup) throw Bounds.Violation("a group of frames is too large");
        Bounds.Count(group.Frames.Count, WireLimits.MaxGrouped, "frames in a group");
        var frames = new ContentFrame[group.Frames.Count];
        for (var i = 0; i < frames.Length; i++) frames[i] = Grouped(group.Frames[i]);
        return frames;
    }

    private ContentFrame Grouped(Frame wire) => wire.KindCase switch
    {
        // What was asked for needs no name.
        Frame.KindOneofCase.Whole when wire.Whole.PlainSize == 0 => new ContentFrame.Whole(wire.Id, Bounds.ToContent(wire.Whole.Content), Checked(wire.Whole.Bytes)),
        Frame.KindOneofCase.Patch or Frame.KindOneofCase.End => Single(wire)!,
        _ => throw Bounds.Violation("a frame in a group that has no place there"),
    };

    private FrameGroup Unpack(PackedGroup wire)
    {
        try
        {
            var size = Bounds.ToInt(wire.PlainSize, WireLimits.MaxGroup, "a group's size");
            var plain = ArrayPool<byte>.Shared.Rent(size);
            try
            {
                decompressor.Unpack(wire.Bytes.Span, plain.AsSpan(0, size));
                return FrameGroup.Parser.ParseFrom(plain.AsSpan(0, size));
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(plain);
            }
        }
        catch (InvalidProtocolBufferException)
        {
            throw Bounds.Violation("a packed group holds none");
        }
    }

    /// <summary>A frame that was read already.</summary>
    /// <exception cref="LinkException">It has no place here.</exception>
    public ContentFrame.Data Check(ContentFrame.Data frame) => _start is null ? frame : throw Bounds.Violation("a manifest was not finished");

    private ContentFrame? Single(Frame wire)
    {
        if (_start is not null && (wire.KindCase != Frame.KindOneofCase.Manifest || wire.Id != _startId))
            throw Bounds.Violation("a manifest was not finished");
        return wire.KindCase switch
        {
            Frame.KindOneofCase.Whole => new ContentFrame.Whole(
                wire.Id, Bounds.ToPresentContent(wire.Whole.Content), Plain(wire.Whole.Bytes, wire.Whole.PlainSize)),
            Frame.KindOneofCase.Start => Start(wire.Id, wire.Start),
            Frame.KindOneofCase.Manifest => Manifest(wire.Manifest),
            Frame.KindOneofCase.Data => new ContentFrame.Data(wire.Id, Plain(wire.Data.Bytes, wire.Data.PlainSize)),
            Frame.KindOneofCase.Delta => Delta(wire.Id, wire.Delta),
            Frame.KindOneofCase.Patch => Patched(wire.Id, wire.Patch),
            Frame.KindOneofCase.End => RequestMapping.FromEndFrame(wire.Id, wire.End),
            Frame.KindOneofCase.Ask => new ContentFrame.Ask(wire.Id, Bounds.ToPresentContent(wire.Ask.Content)),
            _ => throw Bounds.Violation("an unexpected frame"),
        };
    }

    private ContentFrame.Delta Delta(long id, DeltaFrame wire)
    {
        var plain = Plain(wire.Bytes, wire.PlainSize);
        var steps = Bounds.ToInt(wire.StepsSize, plain.Length, "a delta's steps");
        return new ContentFrame.Delta(id, plain[..steps], plain[steps..]);
    }

    private static ContentFrame.Patched Patched(long id, PatchFrame wire)
    {
        CheckPayload(wire.Bytes);
        var steps = Bounds.ToInt(wire.StepsSize, wire.Bytes.Length, "a patch's steps");
        return new ContentFrame.Patched(
            id, Bounds.ToInt(wire.Length, PatchSums.MaxLength, "a patched content's length"), wire.Bytes.Memory[..steps], wire.Bytes.Memory[steps..]);
    }

    private ContentFrame.Start? Start(long id, StartFrame wire)
    {
        CheckPayload(wire.Manifest);
        if (!wire.More) return ToFrame(id, wire, wire.Manifest.Memory);
        _start = wire;
        _startId = id;
        _manifest = new ArrayBufferWriter<byte>(WireLimits.MaxPayload * 2);
        _manifest.Write(wire.Manifest.Span);
        return null;
    }

    private ContentFrame.Start? Manifest(ManifestFrame wire)
    {
        if (_start is null || _manifest is null) throw Bounds.Violation("a manifest goes on that did not begin");
        CheckPayload(wire.Manifest);
        // An empty part would let a peer keep the stream busy for ever.
        if (wire.Manifest.IsEmpty) throw Bounds.Violation("a part of a manifest is empty");
        if (_manifest.WrittenCount + wire.Manifest.Length > WireLimits.MaxManifestBytes) throw Bounds.Violation("a manifest is too large");
        _manifest.Write(wire.Manifest.Span);
        if (wire.More) return null;
        var frame = ToFrame(_startId, _start, _manifest.WrittenMemory);
        _start = null;
        _manifest = null;
        return frame;
    }

    private static ContentFrame.Start ToFrame(long id, StartFrame wire, ReadOnlyMemory<byte> manifest) => new(
        id, Bounds.ToPresentContent(wire.Content), Bounds.ToContent(wire.Basis), Bounds.NotNegative(wire.Offset, "an offset"), manifest)
    { GrowsTo = Bounds.NotNegative(wire.GrowsTo, "a length") };

    private ReadOnlyMemory<byte> Plain(ByteString bytes, uint plainSize)
    {
        CheckPayload(bytes);
        return plainSize == 0 ? bytes.Memory : decompressor.Unpack(bytes.Span, Bounds.ToInt(plainSize, WireLimits.MaxPayload, "a frame's size"));
    }

    private static ReadOnlyMemory<byte> Checked(ByteString bytes)
    {
        CheckPayload(bytes);
        return bytes.Memory;
    }

    private static void CheckPayload(ByteString bytes)
    {
        if (bytes.Length > WireLimits.MaxPayload) throw Bounds.Violation("a frame is too large");
    }
}
