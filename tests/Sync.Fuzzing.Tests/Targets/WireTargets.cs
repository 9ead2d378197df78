using System.Buffers;
using CsCheck;
using Google.Protobuf;
using Sync.Engine.Link;
using Sync.Engine.Snapshots;
using Sync.Protocol.Connecting;
using Sync.Protocol.Mapping;
using Sync.Protocol.Pulling;
using Sync.Protocol.Sessions;
using Sync.Protocol.Tests.Parts;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;
using ZstdSharp;

namespace Sync.Fuzzing.Tests.Targets;

/// <summary>Messages from the wire: bytes to protobuf to the engine's records. Refusals are protobuf's own, and a broken protocol.</summary>
internal static class WireTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        new WireTarget("guest-envelope", Messages(Gens.GuestMessage, m => GuestMessageWriter.ToWire(m)), ReadGuest) { BudgetOf = (256 << 10, 512) },
        new WireTarget("host-envelope", Messages(Gens.HostMessage, m => HostMessageWriter.ToWire(m)), ReadHost) { BudgetOf = (256 << 10, 512) },
        new WireTarget("hello", Gens.Hello.Select(h => HelloMapping.ToWire(h, Features.All).ToByteArray()), ReadHello),
        new WireTarget("download-request", Gen.OneOf(Gens.Request, Gens.PatchRequest).Select(r => RequestMapping.ToWire(r).ToByteArray()), ReadRequest),
        new WireTarget("upload-result", Gen.Select(Gen.Long, Gen.Enum<TransferStatus>(), Gens.Text, (id, s, t) => RequestMapping.ToWire(new ContentFrame.End(id, s, t)).ToByteArray()), ReadResult),
        new WireTarget("frame", Frames(), ReadFrame) { BudgetOf = (512 << 10, 512) },
        new WireTarget("packed-envelope", Packed(), ReadPacked) { BudgetOf = ((1 << 20) + (512 << 10), 512) },
        new WireTarget("pull-frame", Pieces(), ReadPiece) { BudgetOf = ((2 * PullLimits.MaxPiece) + (64 << 10), 64) },
    ];

    private static Gen<byte[]> Pieces() => Gen.Select(Gen.Byte[97, 102].Array[0, 5000], Gen.Int[1, 3], Gen.Bool, (bytes, kind, packs) =>
    {
        using var piece = PullPiece.Rent((PullPieceKind)kind, bytes.Length);
        bytes.CopyTo(piece.Buffer, 0);
        return new PiecePacker(packs).ToWire(piece).ToByteArray();
    });

    private static string ReadPiece(byte[] input)
    {
        var (frame, piece) = PullMethod.Read(new(input));
        using (piece)
        {
            // The same in two segments, as it may come.
            if (piece is null) return $"accepted {frame!.KindCase}";
            var again = PullMethod.Read(Halves(input)).Piece!;
            using (again) WireTarget.AssertSame(Convert.ToHexString(piece.Bytes.Span), Convert.ToHexString(again.Bytes.Span));
            return $"accepted {piece.Kind} {piece.WireLength < piece.Length}";
        }
    }

    private static ReadOnlySequence<byte> Halves(byte[] input)
    {
        var first = new Half(input.AsMemory(0, input.Length / 2), null);
        var second = new Half(input.AsMemory(input.Length / 2), first);
        return new ReadOnlySequence<byte>(first, 0, second, second.Memory.Length);
    }

    private sealed class Half : ReadOnlySequenceSegment<byte>
    {
        public Half(ReadOnlyMemory<byte> memory, Half? before)
        {
            Memory = memory;
            if (before is null) return;
            RunningIndex = before.Memory.Length;
            before.Next = this;
        }
    }

    private static Gen<byte[]> Messages<T>(Gen<T> messages, Func<T, IEnumerable<IMessage>> toWire) => messages.Select(m => toWire(m).First().ToByteArray());

    private static Gen<byte[]> Frames() => Gen.Select(Gens.Frame.List[1, 4], Gen.Int[0, 3], (frames, kind) =>
    {
        var small = frames.Where(f => f is ContentFrame.Whole or ContentFrame.Patched or ContentFrame.End).ToList();
        var compressor = new PayloadCompressor(isUnderstood: kind == 1);
        var writer = new FrameWriter(compressor);
        if (kind < 2 || small.Count == 0) return writer.ToWire(frames[0]).First().ToByteArray();
        var group = writer.ToWire(small).First();
        if (kind == 2 || group.Group is null) return group.ToByteArray();
        using var zstd = new Compressor(1);
        var plain = group.Group.ToByteArray();
        return new Frame { Packed = new PackedGroup { Bytes = ByteString.CopyFrom(zstd.Wrap(plain)), PlainSize = (uint)plain.Length } }.ToByteArray();
    });

    private static Gen<byte[]> Packed() => Gens.GuestMessage.Select(m =>
    {
        using var zstd = new Compressor(1);
        var plain = GuestMessageWriter.ToWire(m).First().ToByteArray();
        return new PackedEnvelope { Bytes = ByteString.CopyFrom(zstd.Wrap(plain)), PlainSize = (uint)plain.Length }.ToByteArray();
    });

    private static string ReadGuest(byte[] input) => ReadGuest(GuestEnvelope.Parser.ParseFrom(input));

    private static string ReadGuest(GuestEnvelope envelope)
    {
        if (new GuestMessageReader().FromWire(envelope) is not { } message) return "accepted a part";
        var reader = new GuestMessageReader();
        GuestMessage? again = null;
        foreach (var wire in GuestMessageWriter.ToWire(message)) again = reader.FromWire(GuestEnvelope.Parser.ParseFrom(wire.ToByteArray()));
        WireTarget.AssertSame(Dump.Of(message), Dump.Of(again!));
        return $"accepted {message.GetType().Name} {(message as GuestMessage.Propose)?.Proposal.Changes.Count}";
    }

    private static string ReadHost(byte[] input)
    {
        if (new HostMessageReader().FromWire(HostEnvelope.Parser.ParseFrom(input)) is not { } message) return "accepted a part";
        // A policy or a list at the limits may not be sent again by us; what can be comes back the same.
        var reader = new HostMessageReader();
        var all = HostMessageWriter.ToWire(message).ToList();
        HostMessage? again = null;
        foreach (var wire in all) again = reader.FromWire(HostEnvelope.Parser.ParseFrom(wire.ToByteArray()));
        if (all.Count == 1) WireTarget.AssertSame(Dump.Of(message), Dump.Of(again!));
        return $"accepted {message.GetType().Name}";
    }

    private static string ReadHello(byte[] input)
    {
        var wire = GuestHello.Parser.ParseFrom(input);
        HelloMapping.Negotiate(wire.Versions);
        HelloMapping.Common(Features.All, wire.Features);
        var hello = HelloMapping.FromWire(wire);
        var again = HelloMapping.FromWire(HelloMapping.ToWire(hello, wire.Features));
        WireTarget.AssertSame(hello.ToString(), again.ToString());
        return $"accepted {hello.SubPath.Count(c => c == '/')} {hello.Direction}";
    }

    private static string ReadRequest(byte[] input)
    {
        var request = RequestMapping.FromWire(DownloadRequest.Parser.ParseFrom(input));
        var again = RequestMapping.FromWire(DownloadRequest.Parser.ParseFrom(RequestMapping.ToWire(request).ToByteArray()));
        WireTarget.AssertSame((request with { Sums = null }).ToString(), (again with { Sums = null }).ToString());
        // What a guest sends as sums, the host looks blocks up in.
        var found = request.Sums is { } sums ? Sync.Delta.Patch.Encode(Gens.Some(2000), sums) : null;
        return $"accepted {request.Sums?.BasisLength} {found is not null}";
    }

    private static string ReadResult(byte[] input)
    {
        var end = RequestMapping.FromWire(UploadResult.Parser.ParseFrom(input));
        WireTarget.AssertSame(end.ToString(), RequestMapping.FromWire(UploadResult.Parser.ParseFrom(RequestMapping.ToWire(end).ToByteArray())).ToString());
        return $"accepted {end.Status}";
    }

    private static string ReadFrame(byte[] input)
    {
        var decompressor = new PayloadDecompressor(allowed: true);
        var (wire, data) = DownloadMethod.Read(new(input));
        var frames = data is null ? new FrameReader(decompressor).FromWire(wire!) : [new FrameReader(decompressor).Check(data)];
        data?.Release();
        return "accepted " + string.Join(' ', frames.Take(4).Select(f => f.GetType().Name));
    }

    private static string ReadPacked(byte[] input)
    {
        var envelope = new EnvelopeUnpacker(allowed: true).Unpack(PackedEnvelope.Parser.ParseFrom(input), GuestEnvelope.Parser);
        return ReadGuest(envelope);
    }
}
