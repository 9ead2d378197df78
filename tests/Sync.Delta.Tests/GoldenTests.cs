using System.Text;

namespace Sync.Delta.Tests;

/// <summary>
/// The format, pinned. If one of these fails, every content id out there changes: that takes a new <see cref="Chunker.Version"/>, not a new vector.
/// The ids were computed a second time by a naive implementation in another language, written from <see cref="Chunker"/>'s rules.
/// </summary>
public class GoldenTests
{
    [Theory]
    [InlineData("", "9c22bbeb4535b9862f946df40e128f439402023e616aa2613f0d550677c9fb0c")]
    [InlineData("hello, world\n", "85fc1ff67b7a5742949133b399a4c41c807179b5392345bb06dc63c955d03bf1")]
    public void Small_contents(string content, string id)
        => Assert.Equal(id, Manifest.OfSmall(Encoding.UTF8.GetBytes(content)).Id.ToString());

    [Theory]
    [InlineData(65_536, 1, "341f287a0d5375a2231f47b3df93683bb2c8c86e6ca50f7c1b283ed7b3133758")]
    [InlineData(65_537, 5, "9939262671ff66a43e4dfa833847c8898ec88fc8d50a2e4c70e321d90576b054")]
    [InlineData(1_000_000, 51, "3b3e10b7c7246bfb8a74b0b42b17b29ad20e864c188c69d119ef7859c335eb93")]
    [InlineData(40 << 20, 1305, "91ed99770e72c85a90b43ec1dabe914e19e36df8e5c9846d56af2625c47e9d0e")]
    public void Random_contents(int length, int count, string id)
    {
        var manifest = Contents.Hash(Contents.Random(length));
        Assert.Equal((count, id), (manifest.Count, manifest.Id.ToString()));
    }

    [Fact]
    public void Zeros()
        => Assert.Equal("02180ce3655c1410faa7642421db9633550a56009ebe70dd192ed62210d99f3e", Contents.Hash(new byte[20 << 20]).Id.ToString());

    [Fact]
    public void Links()
    {
        Assert.Equal("0d593d5e702403505310ffbb4d7896503d6d08fe2cb5fa4e16d827a9d3c97e1f", ContentIds.OfLink("../lib/libz.so.1").ToString());
        Assert.Equal(ContentIds.OfLink("ä"), ContentIds.OfLink("ä"u8));
        Assert.Throws<EncoderFallbackException>(() => ContentIds.OfLink("\ud800"));
    }

    [Fact]
    public void A_link_is_never_a_file()
        => Assert.NotEqual(ContentIds.OfLink("x"), Manifest.OfSmall("x"u8).Id);

    [Fact]
    public void The_id_is_SHA_256_over_tag_length_and_chunks()
    {
        var content = "hello, world\n"u8;
        byte[] described =
        [
            .. "sync content: file, chunker 1\n"u8,
            .. BitConverter.GetBytes((long)content.Length),
            .. System.Security.Cryptography.SHA256.HashData(content),
            .. BitConverter.GetBytes(content.Length),
        ];
        Assert.Equal(new ContentId(System.Security.Cryptography.SHA256.HashData(described)), Manifest.OfSmall(content).Id);
    }

    [Fact]
    public void Encodings()
    {
        var manifest = Contents.Hash(Contents.Random(65_537));
        Assert.Equal("0181800405ff900146c55c4cf68bcb0c4ff2329f80bfb3cc67e10eb0f2bc9b4c486b04ec43b8c0c5f39c0153ac705ef2de8c89a6cd592ce65ebf81635ac25ae92541b0c8d37fec9c624861fd5345e8023ab3e5a22d382d5f884b935657385971b92cde8de3fb33ba588b412017e664ed3664ab6778fa12eed2b498977817cbff73d19425130908a86a620541c25e9313bfe0626f3c394374d285620d5cabf6b43b0bf4cfad241d239f8818cfc9d3cd", Convert.ToHexStringLower(manifest.Encode()));
        Assert.Equal("01818004050b00", Convert.ToHexStringLower(ManifestDelta.Encode(manifest, manifest)));
        Assert.Equal("01010102012d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", Convert.ToHexStringLower(ManifestDelta.Encode(Manifest.OfSmall("x"u8), manifest)));
    }
}
