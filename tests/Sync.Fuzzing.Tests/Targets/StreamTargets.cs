using CsCheck;
using Google.Protobuf;
using Sync.Engine.Link;
using Sync.Engine.Replicas;
using Sync.Protocol.Mapping;
using Sync.Protocol.Tests.Parts;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;

namespace Sync.Fuzzing.Tests.Targets;

/// <summary>Many messages, one after the other, to one reader that holds what is still in parts: each with its length before it.</summary>
internal static class StreamTargets
{
    public static IEnumerable<FuzzTarget> All =>
    [
        new WireTarget("frame-stream", Gen.OneOf(Parted, Gens.Frame.List[1, 5].Select(Whole)), ReadFrames) { BudgetOf = (2 << 20, 512) },
        new WireTarget("guest-stream", Gen.OneOf(Proposals, Gens.GuestMessage.List[1, 4].Select(ms => Delimited(ms.SelectMany(m => GuestMessageWriter.ToWire(m))))), ReadGuests) { BudgetOf = (1 << 20, 512) },
        new WireTarget("host-stream", Gens.HostMessage.List[1, 4].Select(ms => Delimited(ms.SelectMany(m => HostMessageWriter.ToWire(m)))), ReadHosts) { BudgetOf = (1 << 20, 512) },
    ];

    /// <summary>A chunk list in parts, and what comes behind it.</summary>
    private static Gen<byte[]> Parted => Gen.Select(Gen.Byte.Array[0, 30].List[1, 4], Gens.Content, Gen.Long[0, long.MaxValue], (parts, content, offset) => Delimited(
        [
            new Frame { Id = 7, Start = new StartFrame { Content = Bounds.FromContent(content), Offset = (ulong)offset, Manifest = ByteString.CopyFrom(1, 2), More = true } },
            .. parts.Select((part, i) => new Frame { Id = 7, Manifest = new ManifestFrame { Manifest = ByteString.CopyFrom([.. part, 1]), More = i + 1 < parts.Count } }),
            new Frame { Id = 7, Data = new DataFrame { Bytes = ByteString.CopyFrom(Gens.Some(20)) } },
            new Frame { Id = 7, Delta = new DeltaFrame { Bytes = ByteString.CopyFrom(Gens.Some(9)), StepsSize = 4 } },
        ]));

    private static Gen<byte[]> Proposals => Gen.Select(Gens.Change.List[1, 3], Gens.Problem.List[0, 3], (changes, problems) =>
    {
        var whole = GuestMessageWriter.ToWire(new GuestMessage.Propose(new(5, changes))).First().Proposal;
        return Delimited(
        [
            .. GuestMessageWriter.ToWire(new GuestMessage.FlushDone(3, FlushOutcome.Complete, null, problems)),
            .. whole.Changes.Select((c, i) => new GuestEnvelope { Proposal = new ProposalPart { Id = 5, Changes = { c }, More = i + 1 < whole.Changes.Count } }),
        ]);
    });

    private static byte[] Whole(List<ContentFrame> frames)
    {
        var writer = new FrameWriter(new PayloadCompressor(isUnderstood: false));
        return Delimited(frames.SelectMany(f => writer.ToWire(f)));
    }

    private static byte[] Delimited(IEnumerable<IMessage> messages)
    {
        using var to = new MemoryStream();
        foreach (var message in messages) message.WriteDelimitedTo(to);
        return to.ToArray();
    }

    private static string ReadFrames(byte[] input)
    {
        var reader = new FrameReader(new PayloadDecompressor(allowed: true));
        return ReadAll(input, Frame.Parser, wire => reader.FromWire(wire).Count);
    }

    private static string ReadGuests(byte[] input)
    {
        var reader = new GuestMessageReader();
        return ReadAll(input, GuestEnvelope.Parser, wire => reader.FromWire(wire) is null ? 0 : 1);
    }

    private static string ReadHosts(byte[] input)
    {
        var reader = new HostMessageReader();
        return ReadAll(input, HostEnvelope.Parser, wire => reader.FromWire(wire) is null ? 0 : 1);
    }

    private static string ReadAll<T>(byte[] input, MessageParser<T> parser, Func<T, int> read)
        where T : IMessage<T>
    {
        using var from = new MemoryStream(input);
        var (messages, parts) = (0, 0);
        while (from.Position < from.Length)
        {
            var count = read(parser.ParseDelimitedFrom(from));
            messages += count;
            if (count == 0) parts++;
        }

        return $"accepted {Math.Min(messages, 6)} {Math.Min(parts, 6)}";
    }
}
