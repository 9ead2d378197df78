using CsCheck;
using Google.Protobuf;
using Sync.Delta;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Protocol.Connecting;
using Sync.Protocol.Mapping;
using Sync.Protocol.Tests.Parts;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;
using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>What is sent arrives as it was; what is too large goes in parts; every message is bounded.</summary>
public sealed class MappingTests
{
    private static readonly ContentId SomeContent = new(Gens.Some(32));

    [Fact]
    public void Guest_messages_arrive_as_they_were() => Gens.GuestMessage.Sample(m => Assert.Equal(Dump.Of(m), Dump.Of(Assert.Single(Through(m)))));

    [Fact]
    public void Host_messages_arrive_as_they_were() => Gens.HostMessage.Sample(m => Assert.Equal(Dump.Of(m), Dump.Of(Assert.Single(Through(m)))));

    [Fact]
    public void Hellos_arrive_as_they_were() => Gens.Hello.Sample(h =>
        Assert.Equal(h, HelloMapping.FromWire(GuestHello.Parser.ParseFrom(HelloMapping.ToWire(h, ["zstd"]).ToByteArray()))));

    [Fact]
    public void Requests_arrive_as_they_were() => Gens.Request.Sample(r =>
        Assert.Equal(r, RequestMapping.FromWire(DownloadRequest.Parser.ParseFrom(RequestMapping.ToWire(r).ToByteArray()))));

    [Fact]
    public void The_sums_of_a_request_arrive_as_they_were() => Gens.PatchRequest.Sample(r =>
    {
        var sums = RequestMapping.FromWire(DownloadRequest.Parser.ParseFrom(RequestMapping.ToWire(r).ToByteArray())).Sums!;
        Assert.Equal((r.Sums!.Multiplier, r.Sums.BasisLength), (sums.Multiplier, sums.BasisLength));
        Assert.Equal(r.Sums.Bytes.ToArray(), sums.Bytes.ToArray());
    }, iter: 50);

    [Fact]
    public void Frames_arrive_as_they_were() => Gens.Frame.List[1, 4].Sample(frames =>
        Assert.Equal(frames.Select(Dump.Of), Through(frames, compress: false).Select(Dump.Of)));

    [Fact]
    public void Bytes_read_by_hand_are_those_that_the_generated_code_reads() => Gen.Select(Gen.OneOf(Gen.Const(0L), Gen.Long), Gen.OneOf(Gen.Int[0, 200], Gen.Int[65_000, 65_536]), Gen.Int, Gen.Byte).Sample((id, length, at, change) =>
    {
        var message = new Frame { Id = id, Data = new DataFrame { Bytes = ByteString.CopyFrom(Gens.Some(length)) } }.ToByteArray();
        // Also damaged in its head, where what it is is told.
        message[(int)((uint)at % Math.Min(message.Length, 16))] ^= change;
        var decompressor = new PayloadDecompressor(false);
        var reader = new FrameReader(decompressor);
        var expected = Tried(() => reader.FromWire(Frame.Parser.ParseFrom(message)).Select(Dump.Of).Single());
        var read = Tried(() =>
        {
            var (wire, data) = DownloadMethod.Read(new(message));
            return data is null ? reader.FromWire(wire!).Select(Dump.Of).Single() : Dump.Of(reader.Check(data));
        });
        Assert.Equal(expected, read);
    }, iter: 5_000);

    private static string Tried(Func<string> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or LinkException or InvalidOperationException)
        {
            return e.GetType().Name;
        }
    }

    [Fact]
    public void A_buffer_goes_back_once()
    {
        var buffer = FrameBuffers.Rent();
        var frame = ContentFrame.Data.InRented(1, buffer, 10);
        frame.Release();
        frame.Release();
        Assert.NotSame(FrameBuffers.Rent(), FrameBuffers.Rent());
    }

    [Fact]
    public void Compressed_frames_arrive_as_they_were()
    {
        var text = System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 9000)));
        ContentFrame[] frames = [new ContentFrame.Data(1, text.AsMemory(0, 40_000)), new ContentFrame.Data(1, Gens.Some(65_536)), new ContentFrame.Whole(2, SomeContent, text.AsMemory(0, 1000))];
        Assert.Equal(frames.Select(Dump.Of), Through(frames, compress: true).Select(Dump.Of));
    }

    [Fact]
    public void A_large_proposal_goes_in_parts_and_arrives_as_one()
    {
        var proposal = new GuestMessage.Propose(new Proposal(-3, [.. Enumerable.Range(1, WireLimits.MaxChanges).Select(i => Change(i) with { Inline = Gens.Some(1500) })]));
        var envelopes = GuestMessageWriter.ToWire(proposal).ToList();
        Assert.InRange(envelopes.Count, 10, 100);
        Assert.Equal(Dump.Of(proposal), Dump.Of(Assert.Single(Through(proposal))));
    }

    [Fact]
    public void A_proposal_too_large_is_not_sent()
    {
        Assert.Throws<ArgumentException>(() => GuestMessageWriter.ToWire(new GuestMessage.Propose(new Proposal(1, [.. Enumerable.Range(1, WireLimits.MaxChanges + 1).Select(Change)]))));
        Assert.Throws<ArgumentException>(() => GuestMessageWriter.ToWire(new GuestMessage.Propose(new Proposal(1, [.. Enumerable.Range(1, 100).Select(i => Change(i) with { Inline = new byte[100_000] })]))));
        Assert.Throws<ArgumentException>(() => GuestMessageWriter.ToWire(new GuestMessage.Propose(new Proposal(1, [Change(1) with { Inline = new byte[WireLimits.MaxInline + 1] }]))));
    }

    [Fact]
    public void Many_entries_arrive_in_several_messages_each_content_with_its_entry()
    {
        var entries = Enumerable.Range(1, 3000).Select(i => Entry(i) with { Content = new ContentId(Gens.Some(i + 32).AsSpan(0, 32)) }).ToList();
        var inline = entries.Where(e => e.Id.Value % 2 == 0).Select(e => KeyValuePair.Create(e.Content, (ReadOnlyMemory<byte>)e.Content.ToArray())).Reverse().ToList();
        var messages = Through(new HostMessage.Entries(entries, inline)).Cast<HostMessage.Entries>().ToList();
        Assert.True(messages.Count > 1);
        Assert.Equal(entries, messages.SelectMany(m => m.Items));
        Assert.All(messages, m => Assert.Equal(m.Items.Where(e => e.Id.Value % 2 == 0).Select(e => e.Content).ToHashSet(), m.Inline.Select(i => i.Key).ToHashSet()));
    }

    [Fact]
    public void Too_many_problems_end_with_how_many_were_left_out()
    {
        var problems = Enumerable.Range(0, 40_000).Select(i => new Problem("some/path/" + i, ProblemCodes.Unreadable, new string('x', 100))).ToList();
        var reached = Assert.IsType<HostMessage.FlushReached>(Assert.Single(Through(new HostMessage.FlushReached(1, new Revision(2), problems))));
        Assert.Equal(WireLimits.MaxProblems, reached.Problems.Count);
        Assert.Equal(problems.Take(WireLimits.MaxProblems - 1), reached.Problems.SkipLast(1));
        Assert.StartsWith((40_000 - WireLimits.MaxProblems + 1) + " more", reached.Problems[^1].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_texts_are_cut_at_a_character()
    {
        var cut = Bounds.Cut(string.Concat(Enumerable.Repeat("😀", 2000)), 4096);
        Assert.Equal(string.Concat(Enumerable.Repeat("😀", 1024)), cut);
    }

    private static List<GuestMessage> Through(GuestMessage message)
    {
        var reader = new GuestMessageReader();
        return [.. GuestMessageWriter.ToWire(message).Select(e => reader.FromWire(GuestEnvelope.Parser.ParseFrom(Bounded(e)))).OfType<GuestMessage>()];
    }

    private static List<HostMessage> Through(HostMessage message)
    {
        var reader = new HostMessageReader();
        return [.. HostMessageWriter.ToWire(message).Select(e => reader.FromWire(HostEnvelope.Parser.ParseFrom(Bounded(e)))).OfType<HostMessage>()];
    }

    private static List<ContentFrame> Through(IEnumerable<ContentFrame> frames, bool compress)
    {
        var compressor = new PayloadCompressor(compress);
        var decompressor = new PayloadDecompressor(compress);
        if (compress) compressor.Rate.Add(2 << 20, TimeSpan.FromSeconds(1));
        var writer = new FrameWriter(compressor);
        var reader = new FrameReader(decompressor);
        var packed = 0;
        var arrived = frames.SelectMany(writer.ToWire).SelectMany(f =>
        {
            if (f.KindCase == Frame.KindOneofCase.Data && f.Data.PlainSize > 0) packed++;
            return reader.FromWire(Frame.Parser.ParseFrom(Bounded(f)));
        }).ToList();
        Assert.Equal(compress, packed > 0);
        return arrived;
    }

    [Theory]
    [InlineData(true), InlineData(false)]
    public void Small_frames_of_many_contents_come_as_one(bool compress)
    {
        var text = Enumerable.Repeat("a line of text\n"u8.ToArray(), 500).SelectMany(l => l).ToArray();
        ContentFrame[] frames =
        [
            new ContentFrame.Whole(1, SomeContent, text), new ContentFrame.Patched(2, 5_000, new byte[] { 1, 2, 3 }, text.AsMemory(0, 300)),
            new ContentFrame.End(3, TransferStatus.Superseded), new ContentFrame.Patched(4, 65_536, default, default), new ContentFrame.Whole(5, SomeContent, default),
        ];
        var compressor = new PayloadCompressor(compress);
        var decompressor = new PayloadDecompressor(compress);
        var wire = Frame.Parser.ParseFrom(Bounded(Assert.Single(new FrameWriter(compressor).ToWire(frames))));
        Assert.Equal(compress ? Frame.KindOneofCase.Packed : Frame.KindOneofCase.Group, wire.KindCase);
        // Answers in a group do not name what was asked for.
        Assert.Equal(
            frames.Select(f => Dump.Of(f is ContentFrame.Whole whole ? whole with { Content = default } : f)),
            new FrameReader(decompressor).FromWire(wire).Select(Dump.Of));
    }

    private static byte[] Bounded(IMessage message)
    {
        var bytes = message.ToByteArray();
        Assert.InRange(bytes.Length, 0, message is Frame ? WireLimits.MaxPayload + 1024 : WireLimits.BatchBytes + 8192);
        return bytes;
    }

    private static Entry Entry(int id) => new() { Id = new EntryId(id), Parent = new EntryId(id + 1), Name = "n" + id, Kind = EntryKind.File, Content = SomeContent };

    private static Change Change(int id) => new() { Entry = Entry(-id) with { Parent = EntryId.Root }, Facets = Facets.All };
}
