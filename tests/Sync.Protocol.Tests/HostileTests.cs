using System.Text;
using CsCheck;
using Google.Protobuf;
using Sync.Engine.Link;
using Sync.Protocol.Invites;
using Sync.Protocol.Mapping;
using Sync.Protocol.Tests.Parts;
using Sync.Protocol.Transfers;
using Sync.Protocol.Wire;
using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>What a hostile peer may send is refused, before it costs anything.</summary>
public sealed class HostileTests
{
    private static readonly List<(string What, Action<EntryState> Spoil)> SpoiledEntries =
    [
        ("no id", e => e.Id = 0),
        ("provisional id from the host", e => e.Id = -1),
        ("own parent", e => e.Parent = e.Id),
        ("provisional parent from the host", e => e.Parent = -5),
        ("no parent", e => e.Parent = 0),
        ("no name", e => e.Name = ""),
        ("dot", e => e.Name = "."),
        ("dot dot", e => e.Name = ".."),
        ("slash", e => e.Name = "../etc/passwd"),
        ("absolute", e => e.Name = "/"),
        ("NUL", e => e.Name = "a\0b"),
        ("long name", e => e.Name = new string('x', 256)),
        ("long name in UTF-8", e => e.Name = new string('ü', 128)),
        ("no kind", e => e.Kind = 0),
        ("special", e => e.Kind = 4),
        ("unknown kind", e => e.Kind = 256 + 2),
        ("type bits", e => e.Mode = 0x81FF),
        ("negative size", e => e.Size = ulong.MaxValue),
        ("short content id", e => e.Content = ByteString.CopyFrom(new byte[31])),
        ("long content id", e => e.Content = ByteString.CopyFrom(new byte[33])),
        ("link target of a file", e => e.LinkTarget = "x"),
        ("empty link target", e => (e.Kind, e.LinkTarget) = (3, "")),
        ("NUL in link target", e => (e.Kind, e.LinkTarget) = (3, "a\0")),
        ("long link target", e => (e.Kind, e.LinkTarget) = (3, new string('x', 4096))),
        ("negative revision", e => e.PlaceRevision = 1UL << 63),
    ];

    [Fact]
    public void Entries_that_make_no_sense_are_refused()
    {
        foreach (var (what, spoil) in SpoiledEntries)
        {
            var entry = new EntryState { Id = 2, Parent = 1, Name = "ok", Kind = 2 };
            EntryMapping.FromWire(entry, provisional: false);
            spoil(entry);
            Refused(() => new HostMessageReader().FromWire(new HostEnvelope { Entries = new EntriesPart { Items = { entry } } }), what);
        }
    }

    [Theory]
    [InlineData("/etc")]
    [InlineData("a//b")]
    [InlineData("a/../b")]
    [InlineData("a/")]
    [InlineData("..")]
    public void Paths_out_of_the_share_are_refused(string path) => Refused(() => HelloMapping.FromWire(new GuestHello { Share = "s", SubPath = path }), path);

    [Fact]
    public void Invalid_UTF8_is_refused()
    {
        var bytes = new EntryState { Id = 2, Parent = 1, Name = "abc", Kind = 2 }.ToByteArray();
        var at = bytes.AsSpan().IndexOf("abc"u8);
        bytes[at + 1] = 0xFF;
        Assert.Throws<InvalidProtocolBufferException>(() => EntryState.Parser.ParseFrom(bytes));
    }

    [Fact]
    public void Names_are_checked_in_every_message_that_has_one()
    {
        var spoiled = new HashSet<string>(StringComparer.Ordinal);
        Gen.Select(Gens.GuestMessage, Gens.HostMessage, Gens.Hello).Sample((guest, host, hello) =>
        {
            foreach (var e in GuestMessageWriter.ToWire(guest)) Spoil(e, e, () => new GuestMessageReader().FromWire(e), spoiled);
            foreach (var e in HostMessageWriter.ToWire(host)) Spoil(e, e, () => new HostMessageReader().FromWire(e), spoiled);
            var wire = HelloMapping.ToWire(hello, []);
            Spoil(wire, wire, () => HelloMapping.FromWire(wire), spoiled);
        }, iter: 300, threads: 1);
        // Every text that a session's messages can hold: one that is added and not checked is found here.
        var expected = new HashSet<string>(StringComparer.Ordinal);
        foreach (var root in (Google.Protobuf.Reflection.MessageDescriptor[])[GuestEnvelope.Descriptor, HostEnvelope.Descriptor]) AddTexts(root, expected, []);
        // Words that are compared with those known here, and not kept.
        expected.RemoveWhere(f => f.EndsWith("Hello.features", StringComparison.Ordinal));
        Assert.Equal(expected.Order(StringComparer.Ordinal), spoiled.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Parts_are_bounded_together()
    {
        var change = new ChangeItem { Entry = new EntryState { Id = -1, Parent = 1, Name = "n", Kind = 2 }, Facets = 7 };
        var reader = new GuestMessageReader();
        Refused(
            () =>
            {
                for (var i = 0; i <= WireLimits.MaxChanges; i++) reader.FromWire(new GuestEnvelope { Proposal = new ProposalPart { Id = 1, Changes = { change }, More = true } });
            },
            "changes");
        Refused(() => new GuestMessageReader().FromWire(new GuestEnvelope { Proposal = new ProposalPart { Id = 1, More = true } }), "empty part");
        var large = change.Clone();
        large.Inline = ByteString.CopyFrom(new byte[WireLimits.MaxInline]);
        reader = new GuestMessageReader();
        Refused(
            () =>
            {
                for (var i = 0; i < 200; i++) reader.FromWire(new GuestEnvelope { Proposal = new ProposalPart { Id = 1, Changes = { large }, More = true } });
            },
            "bytes");
        reader = new GuestMessageReader();
        reader.FromWire(new GuestEnvelope { Proposal = new ProposalPart { Id = 1, Changes = { change }, More = true } });
        Refused(() => reader.FromWire(new GuestEnvelope { Proposal = new ProposalPart { Id = 2, Changes = { change } } }), "another proposal in between");
        reader = new GuestMessageReader();
        var problems = new ProblemPart();
        problems.Items.AddRange(Enumerable.Repeat(new ProblemItem(), 10_000));
        reader.FromWire(new GuestEnvelope { Problems = problems });
        Refused(() => reader.FromWire(new GuestEnvelope { Problems = problems }), "problems");
    }

    [Theory]
    [InlineData(2UL, 2048U, 64), InlineData(3UL, 2048U, 63), InlineData(3UL, 2048U, 68), InlineData(3UL, 1023U, 32), InlineData(3UL, 65_537U, 1028), InlineData(3UL, uint.MaxValue, 0)]
    public void Sums_that_make_no_sense_are_refused(ulong key, uint length, int bytes) => Refused(() => RequestMapping.FromWire(new DownloadRequest
    {
        Id = 1, Entry = 1, Content = ByteString.CopyFrom(Gens.Some(32)), Patch = new PatchBasis { Key = key, Length = length, Sums = ByteString.CopyFrom(new byte[bytes]) },
    }), "sums");

    [Fact]
    public void Frames_that_make_no_sense_are_refused()
    {
        var content = ByteString.CopyFrom(Gens.Some(32));
        var part = ByteString.CopyFrom(new byte[WireLimits.MaxPayload]);
        var large = ByteString.CopyFrom(new byte[WireLimits.MaxPayload + 1]);
        Refused(() => Reader().FromWire(new Frame()), "no kind");
        Refused(() => Reader().FromWire(new Frame { Data = new DataFrame { Bytes = large } }), "large");
        Refused(() => Reader().FromWire(new Frame { Whole = new WholeFrame { Bytes = part } }), "no content id");
        Refused(() => Reader().FromWire(new Frame { Data = new DataFrame { Bytes = part, PlainSize = uint.MaxValue } }), "bomb");
        Refused(() => Reader().FromWire(new Frame { Data = new DataFrame { Bytes = part, PlainSize = 100 } }), "no zstd");
        Refused(() => Reader().FromWire(new Frame { Manifest = new ManifestFrame { Manifest = part } }), "no start");
        Refused(() => Reader().FromWire(new Frame { Patch = new PatchFrame { Bytes = part, StepsSize = (uint)part.Length + 1 } }), "more steps than bytes");
        Refused(() => Reader().FromWire(new Frame { Patch = new PatchFrame { Bytes = part, Length = (64 << 10) + 1 } }), "a large content as a patch");
        Refused(() => Reader().FromWire(new Frame { Patch = new PatchFrame { Bytes = large } }), "a large patch");
        Refused(() => Reader().FromWire(new Frame { Group = new FrameGroup { Frames = { new Frame { Group = new FrameGroup() } } } }), "a group in a group");
        Refused(() => Reader().FromWire(new Frame { Group = new FrameGroup { Frames = { new Frame { Data = new DataFrame { Bytes = part } } } } }), "data in a group");
        Refused(() => Reader().FromWire(new Frame { Group = new FrameGroup { Frames = { Enumerable.Repeat(new Frame { End = new EndFrame() }, 1025) } } }), "many in a group");
        Refused(() => Reader().FromWire(new Frame { Group = new FrameGroup { Frames = { Enumerable.Repeat(new Frame { Whole = new WholeFrame { Content = content, Bytes = part } }, 3) } } }), "a large group");
        Refused(() => Reader().FromWire(new Frame { Packed = new PackedGroup { Bytes = part, PlainSize = uint.MaxValue } }), "a packed bomb");
        Refused(() => Reader().FromWire(new Frame { Packed = new PackedGroup { Bytes = part, PlainSize = 100 } }), "no packed group");
        Refused(() => Reader().FromWire(new Frame { End = new EndFrame { Status = 99 } }), "status");
        Refused(() => Reader().FromWire(new Frame { Start = new StartFrame { Content = content, Offset = ulong.MaxValue } }), "offset");
        var reader = Reader();
        reader.FromWire(new Frame { Id = 1, Start = new StartFrame { Content = content, Manifest = part, More = true } });
        Refused(() => reader.FromWire(new Frame { Id = 2, Data = new DataFrame() }), "manifest not finished");
        reader = Reader();
        reader.FromWire(new Frame { Id = 1, Start = new StartFrame { Content = content, Manifest = part, More = true } });
        Refused(
            () =>
            {
                for (var i = 0; i < 2000; i++) reader.FromWire(new Frame { Id = 1, Manifest = new ManifestFrame { Manifest = part, More = true } });
            },
            "endless manifest");

        static FrameReader Reader() => new(new PayloadDecompressor(allowed: true));
    }

    [Fact]
    public void A_zstd_bomb_is_bounded_by_its_declared_size()
    {
        using var zstd = new ZstdSharp.Compressor(19);
        var bomb = ByteString.CopyFrom(zstd.Wrap(new byte[100 << 20]));
        Assert.True(bomb.Length < WireLimits.MaxPayload);
        var decompressor = new PayloadDecompressor(allowed: true);
        Refused(() => decompressor.Unpack(bomb.Span, WireLimits.MaxPayload), "bomb");
        var refusing = new PayloadDecompressor(allowed: false);
        Refused(() => refusing.Unpack(zstd.Wrap(new byte[100]), 100), "not agreed on");
    }

    [Fact]
    public void Any_bytes_end_in_a_refusal_or_a_message() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        Survives(() => new GuestMessageReader().FromWire(GuestEnvelope.Parser.ParseFrom(bytes)));
        Survives(() => new HostMessageReader().FromWire(HostEnvelope.Parser.ParseFrom(bytes)));
        Survives(() => RequestMapping.FromWire(DownloadRequest.Parser.ParseFrom(bytes)));
        Survives(() => new FrameReader(new PayloadDecompressor(true)).FromWire(Frame.Parser.ParseFrom(bytes)));
        Assert.False(Invite.TryParse(Encoding.Latin1.GetString(bytes), out _, out _));
    });

    [Fact]
    public void Damaged_messages_end_in_a_refusal_or_a_message() => Gen.Select(Gens.GuestMessage, Gens.HostMessage, Gen.Int, Gen.Byte).Sample((guest, host, at, value) =>
    {
        foreach (var e in GuestMessageWriter.ToWire(guest)) Survives(() => new GuestMessageReader().FromWire(GuestEnvelope.Parser.ParseFrom(Damage(e, at, value))));
        foreach (var e in HostMessageWriter.ToWire(host)) Survives(() => new HostMessageReader().FromWire(HostEnvelope.Parser.ParseFrom(Damage(e, at, value))));
    });

    [Fact]
    public void An_invite_survives_its_token_and_nothing_else_does()
    {
        var invite = new Invite
        {
            Addresses = ["10.0.0.1:8417", "[fe80::1]:8417", "build.local:1"], HostFingerprint = new string('a', 64), Secret = Gens.Some(32),
            ExpiresAt = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000), Share = "wörk", ReadOnly = true,
        };
        var token = invite.ToToken();
        Assert.StartsWith("sync1.", token, StringComparison.Ordinal);
        Assert.True(Invite.TryParse("\t " + token + "\r\n", out var parsed, out var error), error);
        Assert.Equal(invite.Addresses, parsed.Addresses);
        Assert.Equal(invite.Secret, parsed.Secret);
        Assert.Equal(
            (invite.HostFingerprint, invite.ExpiresAt, invite.Share, invite.ReadOnly), (parsed.HostFingerprint, parsed.ExpiresAt, parsed.Share, parsed.ReadOnly));
        Assert.DoesNotContain(Convert.ToHexString(invite.Secret), invite.ToString(), StringComparison.OrdinalIgnoreCase);

        for (var i = 0; i < token.Length; i++)
        {
            var damaged = token.ToCharArray();
            damaged[i] = damaged[i] == 'A' ? 'B' : 'A';
            Assert.False(Invite.TryParse(new string(damaged), out _, out error));
            Assert.NotEmpty(error);
            Assert.False(Invite.TryParse(token[..i], out _, out _));
        }

        Assert.False(Invite.TryParse("sync2." + token[6..], out _, out error));
        Assert.Contains("version", error, StringComparison.Ordinal);
        Assert.False(Invite.TryParse((invite with { Addresses = ["nowhere"] }).ToToken(), out _, out _));
        Assert.False(Invite.TryParse((invite with { Secret = new byte[8] }).ToToken(), out _, out _));
        Assert.False(Invite.TryParse((invite with { Share = "a\u001b[2J" }).ToToken(), out _, out _));
        Assert.False(Invite.TryParse("sync1." + new string('A', 1_000_000), out _, out _));
    }

    /// <summary>Puts what no text may be into each text of a message in turn.</summary>
    private static void Spoil(IMessage root, IMessage message, Action read, HashSet<string> spoiled)
    {
        string[] bad = ["a\0b", new string('x', 70_000), "\uD800"];
        foreach (var field in message.Descriptor.Fields.InFieldNumberOrder())
        {
            var value = field.Accessor.GetValue(message);
            if (field.FieldType == Google.Protobuf.Reflection.FieldType.Message)
            {
                foreach (var inner in field.IsRepeated ? ((System.Collections.IList)value).Cast<IMessage>().Take(1) : value is IMessage one ? [one] : []) Spoil(root, inner, read, spoiled);
            }
            else if (field.FieldType == Google.Protobuf.Reflection.FieldType.String)
            {
                if (field.IsRepeated)
                {
                    var list = (System.Collections.IList)value;
                    if (list.Count == 0) continue;
                    var was = list[0];
                    foreach (var text in bad)
                    {
                        list[0] = text;
                        Refused(read, field.FullName);
                    }

                    list[0] = was;
                }
                else
                {
                    if (field.HasPresence && !field.Accessor.HasValue(message)) continue;
                    // An entry without a parent has no name, whatever it says.
                    foreach (var text in field.Name == "name" ? [.. bad, "..", ".", "a/b", "/"] : bad)
                    {
                        field.Accessor.SetValue(message, text);
                        Refused(read, field.FullName);
                    }

                    field.Accessor.SetValue(message, value);
                }

                spoiled.Add(field.FullName);
            }
        }
    }

    private static void AddTexts(Google.Protobuf.Reflection.MessageDescriptor message, HashSet<string> texts, HashSet<string> seen)
    {
        if (!seen.Add(message.FullName)) return;
        foreach (var field in message.Fields.InFieldNumberOrder())
        {
            if (field.FieldType == Google.Protobuf.Reflection.FieldType.String) texts.Add(field.FullName);
            else if (field.FieldType == Google.Protobuf.Reflection.FieldType.Message) AddTexts(field.MessageType, texts, seen);
        }
    }

    private static byte[] Damage(IMessage message, int at, byte value)
    {
        var bytes = message.ToByteArray();
        if (bytes.Length > 0) bytes[(uint)at % bytes.Length] = value;
        return bytes;
    }

    private static void Survives(Action action)
    {
        try
        {
            action();
        }
        catch (LinkException e)
        {
            Assert.Equal(LinkFailure.Protocol, e.Failure);
        }
        catch (InvalidProtocolBufferException)
        {
            // Refused by the parser.
        }
    }

    private static void Refused(Action action, string what)
    {
        var failure = Record.Exception(action);
        Assert.True(failure is LinkException { Failure: LinkFailure.Protocol }, what + ": " + failure);
    }
}
