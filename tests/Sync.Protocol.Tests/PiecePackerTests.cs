using Sync.Engine.Link;
using Sync.Engine.Snapshots;
using Sync.Protocol.Pulling;
using Sync.Protocol.Wire;
using Xunit;

namespace Sync.Protocol.Tests;

/// <summary>Which pieces of a pull are packed, and what a guest does with packed ones that lie.</summary>
public sealed class PiecePackerTests
{
    private const int PieceLength = 200_000;
    private const int BeginningPieces = ((4 << 20) + PieceLength - 1) / PieceLength;

    private static readonly byte[] Text = [.. Enumerable.Range(0, PieceLength).Select(static i => (byte)('a' + i % 7))];

    [Theory]
    [InlineData(1e6, true)]
    [InlineData(10e6, true)]
    [InlineData(18e6, true)]
    [InlineData(100e6, false)]
    public void Behind_the_beginning_text_is_packed_over_slow_links(double bytesPerSecond, bool isPacked)
    {
        var packer = new PiecePacker(isUnderstood: true);
        for (var i = 0; i < BeginningPieces; i++) Assert.True(IsPacked(packer, Text));
        Assert.False(IsPacked(packer, Text));
        for (var i = 0; i < 40; i++) packer.Rate.Add(PieceLength, TimeSpan.FromSeconds(PieceLength / bytesPerSecond));
        Assert.Equal(isPacked, IsPacked(packer, Text));
    }

    [Fact]
    public void What_does_not_shrink_and_what_comes_after_it_goes_plain()
    {
        var packer = new PiecePacker(isUnderstood: true);
        var noise = new byte[PieceLength];
        new Random(1).NextBytes(noise);
        Assert.False(IsPacked(packer, noise));
        Assert.False(IsPacked(packer, Text));
        Assert.Contains(true, Enumerable.Range(0, 9).Select(_ => IsPacked(packer, Text)));
    }

    [Fact]
    public void A_guest_that_does_not_unpack_gets_nothing_packed() => Assert.False(IsPacked(new PiecePacker(isUnderstood: false), Text));

    public static TheoryData<string, byte[]> Lies => new()
    {
        { "no length", [] },
        { "nothing", [0] },
        { "no frame", [5] },
        { "another length", [9, .. Packed(8)] },
        { "a longer one", [7, .. Packed(8)] },
        { "too long", [0x80, 0x80, 0x40, .. Packed(8)] },
        { "another thing", [8, 1, 2, 3, 4, 5, 6, 7, 8] },
        { "cut off", [8, .. Packed(8)[..^2]] },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public void What_does_not_unpack_to_its_length_breaks_the_protocol(string what, byte[] packed)
    {
        var wire = Google.Protobuf.MessageExtensions.ToByteArray(new PullFrame { PackedContents = Google.Protobuf.ByteString.CopyFrom(packed) });
        var failure = Assert.Throws<LinkException>(() => PullMethod.Read(new(wire)));
        Assert.True(failure.Failure == LinkFailure.Protocol, what);
    }

    private static byte[] Packed(int length)
    {
        using var zstd = new ZstdSharp.Compressor(1);
        return zstd.Wrap(new byte[length]).ToArray();
    }

    private static bool IsPacked(PiecePacker packer, byte[] bytes)
    {
        using var piece = PullPiece.Rent(PullPieceKind.Contents, bytes.Length);
        bytes.CopyTo(piece.Buffer, 0);
        return packer.ToWire(piece).KindCase == PullFrame.KindOneofCase.PackedContents;
    }
}
