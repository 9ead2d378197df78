using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Sync.Engine.Link;
using Sync.Protocol.Mapping;
using Sync.Protocol.Sessions;
using Sync.Protocol.Wire;
using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>Large envelopes shrink on the way, and nothing but an envelope comes out.</summary>
public sealed class EnvelopePackerTests
{
    [Fact]
    public void An_envelope_with_text_shrinks_and_comes_out_the_same()
    {
        HostEnvelope envelope = Envelope(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 5_000).Select(i => $"static int value_{i % 50};"))));
        PackedEnvelope packed = Assert.IsType<PackedEnvelope>(new EnvelopePacker(true).Pack(envelope));
        Assert.InRange(packed.Bytes.Length, 1, envelope.CalculateSize() / 10);
        Assert.Equal(envelope, new EnvelopeUnpacker(true).Unpack(packed, HostEnvelope.Parser));
    }

    [Fact]
    public void What_is_small_or_does_not_shrink_or_is_not_understood_goes_plain()
    {
        Assert.Null(new EnvelopePacker(true).Pack(Envelope(new byte[2_000])));
        Assert.Null(new EnvelopePacker(true).Pack(Envelope(RandomNumberGenerator.GetBytes(100_000))));
        Assert.Null(new EnvelopePacker(false).Pack(Envelope(new byte[100_000])));
    }

    [Fact]
    public void A_long_burst_on_a_fast_link_goes_plain_after_its_beginning_and_on_a_slow_one_goes_on()
    {
        Assert.InRange(PackedOf(TimeSpan.Zero), 60, 68);
        // Four go plain until the link has been measured.
        Assert.InRange(PackedOf(TimeSpan.FromSeconds(1)), 94, 100);
    }

    [Fact]
    public void Nothing_else_comes_out()
    {
        PackedEnvelope good = new EnvelopePacker(true).Pack(Envelope(new byte[100_000]))!;
        Refused(false, good);
        Refused(true, new PackedEnvelope { Bytes = good.Bytes, PlainSize = good.PlainSize - 1 });
        Refused(true, new PackedEnvelope { Bytes = good.Bytes, PlainSize = WireLimits.MaxMessage + 1 });
        Refused(true, new PackedEnvelope { Bytes = ByteString.CopyFrom(RandomNumberGenerator.GetBytes(100)), PlainSize = 1_000 });
        Refused(true, new PackedEnvelope { Bytes = good.Bytes });
        // An envelope within an envelope is none that a session takes.
        HostEnvelope nested = new EnvelopeUnpacker(true).Unpack(new EnvelopePacker(true).Pack(new HostEnvelope { Packed = new PackedEnvelope { Bytes = ByteString.CopyFrom(new byte[100_000]) } })!, HostEnvelope.Parser);
        Assert.Throws<LinkException>(() => new HostMessageReader().FromWire(nested));
    }

    private static int PackedOf(TimeSpan held)
    {
        var packer = new EnvelopePacker(true);
        int packed = 0;
        for (int i = 0; i < 100; i++)
        {
            if (packer.Pack(Envelope(new byte[256 << 10])) is not null) packed++;
            packer.Wrote(held);
        }

        return packed;
    }

    private static void Refused(bool allowed, PackedEnvelope packed) =>
        Assert.Throws<LinkException>(() => new EnvelopeUnpacker(allowed).Unpack(packed, HostEnvelope.Parser));

    private static HostEnvelope Envelope(byte[] content) =>
        new() { Entries = new EntriesPart { Inline = { new InlineContent { Content = ByteString.CopyFrom(new byte[32]), Bytes = ByteString.CopyFrom(content) } } } };
}
