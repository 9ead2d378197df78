using CsCheck;

namespace Sync.Delta.Tests;

public class ManifestTests
{
    private static readonly Manifest Sample = Contents.Hash(Contents.Random(1_000_000));

    private static void Same(Manifest expected, Manifest? actual)
    {
        Assert.NotNull(actual);
        Assert.Equal(expected.Id, actual.Id);
        Assert.Equal(expected.Length, actual.Length);
        Assert.Equal(expected.Count, actual.Count);
        for (var i = 0; i < expected.Count; i++) Assert.Equal(expected[i], actual[i]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(18 << 20)]
    public void What_is_encoded_is_decoded(int length)
    {
        var manifest = Contents.Hash(Contents.Random(length));
        Assert.True(Manifest.TryDecode(manifest.Encode(), length, out var decoded, out var error), error);
        Same(manifest, decoded);
    }

    [Theory]
    [InlineData(6L << 30)]
    [InlineData(300L << 20)]
    public void Lengths_over_4_GiB_too(long length)
    {
        var manifest = Contents.Imagined(length);
        Assert.True(Manifest.TryDecode(manifest.Encode(), long.MaxValue, out var decoded, out var error), error);
        Same(manifest, decoded);
    }

    [Fact]
    public void A_content_longer_than_allowed_is_refused()
    {
        Assert.False(Manifest.TryDecode(Sample.Encode(), Sample.Length - 1, out _, out var error));
        Assert.Contains("longer than allowed", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_cut_off_or_extended_encoding_is_refused()
    {
        var bytes = Sample.Encode();
        for (var i = 0; i < bytes.Length; i++) Assert.False(Manifest.TryDecode(bytes.AsSpan(0, i), long.MaxValue, out _, out _));
        Assert.False(Manifest.TryDecode([.. bytes, 0], long.MaxValue, out _, out _));
    }

    [Fact]
    public void Mutated_bytes_give_another_manifest_or_none()
    {
        var bytes = Sample.Encode();
        Gen.Select(Gen.Int[0, bytes.Length - 1], Gen.Byte[1, 255]).Sample((at, change) =>
        {
            var mutated = bytes.ToArray();
            mutated[at] ^= change;
            return !Manifest.TryDecode(mutated, long.MaxValue, out var manifest, out var error) ? error.Length > 0 : manifest.Id != Sample.Id && manifest.Length <= Sample.Length + (1L << 40);
        }, iter: 20_000);
    }

    [Fact]
    public void Random_bytes_are_refused_or_read_never_thrown_at()
        => Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            Manifest.TryDecode(bytes, long.MaxValue, out _, out _);
            Manifest.TryDecode([Chunker.Version, .. bytes], long.MaxValue, out _, out _);
        }, iter: 50_000);

    [Fact]
    public void A_claim_of_many_chunks_allocates_nothing()
    {
        byte[] claim = [Chunker.Version, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0, 0, 0];
        Manifest.TryDecode(claim, long.MaxValue, out _, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(Manifest.TryDecode(claim, long.MaxValue, out _, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200);
    }

    [Fact]
    public void A_list_that_the_chunker_cannot_make_is_refused()
    {
        // Two chunks in a content of one; a chunk below the minimum; one above the maximum.
        foreach (var (length, cut) in new[] { (60_000L, 30_000L), (200_000L, 100L), (200_000L, 150_000L) })
        {
            var manifest = new Manifest(length, [Sample.Ids[0], Sample.Ids[1]], [cut]);
            Assert.False(Manifest.TryDecode(manifest.Encode(), long.MaxValue, out _, out _));
        }
    }

    [Fact]
    public void An_unknown_chunker_version_is_refused()
    {
        var bytes = Sample.Encode();
        bytes[0]++;
        Assert.False(Manifest.TryDecode(bytes, long.MaxValue, out _, out _));
    }

    [Fact]
    public void A_manifest_of_1_GiB_is_small()
        => Assert.InRange(Contents.Imagined(1L << 30).Encode().Length, 1, 400_000);
}
