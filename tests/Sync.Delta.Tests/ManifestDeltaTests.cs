using System.Buffers;
using CsCheck;

namespace Sync.Delta.Tests;

public class ManifestDeltaTests
{
    private static readonly byte[] Old = Contents.Random(2_000_000);
    private static readonly Manifest Basis = Contents.Hash(Old);
    private static readonly Manifest Target = Contents.Hash(Contents.Insert(Contents.Overwrite(Old, 900_000, Contents.Random(50_000, 2)), 300_000, Contents.Random(1_000, 3)));

    [Fact]
    public void What_is_encoded_is_applied()
    {
        foreach (var basis in new[] { null, Manifest.Empty, Target, Basis })
        {
            var delta = ManifestDelta.Encode(Target, basis);
            Assert.True(ManifestDelta.TryApply(basis, delta, Target.Length, out var applied, out var error), error);
            Assert.Equal(Target.Id, applied.Id);
        }
        Assert.InRange(ManifestDelta.Encode(Target, Target).Length, 1, 10);
        Assert.InRange(ManifestDelta.Encode(Target, Basis).Length, 1, 600);
        Assert.True(ManifestDelta.TryApply(Basis, ManifestDelta.Encode(Manifest.Empty, Basis), 0, out var empty, out _));
        Assert.Equal(Manifest.Empty.Id, empty.Id);
    }

    [Fact]
    public void A_gigabyte_with_64_changed_chunks_takes_a_few_kilobytes()
    {
        var basis = Contents.Imagined(1L << 30);
        var stride = basis.Count / 64;
        var target = Contents.Imagined(1L << 30, idOf: i => i % stride == 5 ? new ChunkId(Contents.Random(32, (ulong)i + 77)) : basis.Ids[i]);
        var delta = ManifestDelta.Encode(target, basis);
        Assert.InRange(delta.Length, 1, 4096);
        Assert.True(ManifestDelta.TryApply(basis, delta, 1L << 30, out var applied, out var error), error);
        Assert.Equal(target.Id, applied.Id);
    }

    [Fact]
    public void Chunks_in_any_order_and_number_come_back()
    {
        // Few ids, so that runs, repetitions and jumps backwards are common.
        Gen.Select(Gen.Int[0, 5].Array[5, 60], Gen.Int[0, 5].Array[5, 60]).Sample((a, b) =>
        {
            var (target, basis) = (OfPattern(a), OfPattern(b));
            return ManifestDelta.TryApply(basis, ManifestDelta.Encode(target, basis), long.MaxValue, out var applied, out _) && applied.Id == target.Id;
        }, iter: 5_000);
    }

    internal static Manifest OfPattern(int[] pattern)
        => Contents.Imagined(pattern.Length * 2L * Chunker.PieceMin, idOf: i => new ChunkId(Contents.Random(32, (ulong)pattern[i] + 1)));

    [Fact]
    public void Every_cut_off_or_extended_delta_is_refused()
    {
        var delta = ManifestDelta.Encode(Target, Basis);
        for (var i = 0; i < delta.Length; i++) Assert.False(ManifestDelta.TryApply(Basis, delta.AsSpan(0, i), long.MaxValue, out _, out _));
        Assert.False(ManifestDelta.TryApply(Basis, [.. delta, 0], long.MaxValue, out _, out _));
        Assert.False(ManifestDelta.TryApply(Basis, [.. delta, 3, 0], long.MaxValue, out _, out _));
        Assert.False(ManifestDelta.TryApply(Basis, delta, Target.Length - 1, out _, out _));
    }

    [Fact]
    public void A_wrong_basis_never_gives_the_target()
    {
        var delta = ManifestDelta.Encode(Target, Basis);
        foreach (var wrong in new[] { null, Manifest.Empty, Contents.Hash(Contents.Random(3_000_000, 9)) })
            Assert.False(ManifestDelta.TryApply(wrong, delta, long.MaxValue, out var manifest, out _) && manifest.Id == Target.Id);
    }

    [Fact]
    public void Mutated_bytes_give_another_manifest_or_none()
    {
        var delta = ManifestDelta.Encode(Target, Basis);
        Gen.Select(Gen.Int[0, delta.Length - 1], Gen.Byte[1, 255]).Sample((at, change) =>
        {
            var mutated = delta.ToArray();
            mutated[at] ^= change;
            return !ManifestDelta.TryApply(Basis, mutated, long.MaxValue, out var manifest, out var error) ? error.Length > 0 : manifest.Id != Target.Id;
        }, iter: 50_000);
    }

    [Fact]
    public void Random_bytes_are_refused_or_read_never_thrown_at()
        => Gen.Byte.Array[0, 100].Sample(bytes =>
        {
            ManifestDelta.TryApply(Basis, bytes, long.MaxValue, out _, out _);
            // With a header that fits, so that the runs are reached.
            ManifestDelta.TryApply(Basis, [.. ManifestDelta.Encode(Target, null).AsSpan(0, 6), .. bytes], long.MaxValue, out _, out _);
            ManifestDelta.TryApply(null, [Chunker.Version, .. bytes], long.MaxValue, out _, out _);
        }, iter: 50_000);

    [Fact]
    public void Numbers_at_the_edge_of_64_bits_are_refused()
    {
        foreach (var edge in new ulong[] { ulong.MaxValue, ulong.MaxValue - 1, 1UL << 63, (ulong)long.MaxValue })
        {
            var output = new System.Buffers.ArrayBufferWriter<byte>();
            ManifestCodec.WriteHeader(output, Basis);
            Varint.Write(output, 3);
            Varint.Write(output, edge);
            Assert.False(ManifestDelta.TryApply(Basis, output.WrittenSpan, long.MaxValue, out _, out _));
        }
    }

    [Fact]
    public void A_few_bytes_cannot_make_a_large_list()
    {
        // Copy the whole basis over and over, in two bytes each time: refused before the list is made.
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        output.Write([Chunker.Version]);
        Varint.Write(output, 1 << 30);
        Varint.Write(output, 10_000);
        for (var i = 0; i < 10_000 / Basis.Count; i++)
        {
            Varint.Write(output, (ulong)Basis.Count << 1 | 1);
            Varint.Write(output, Varint.ZigZag(i == 0 ? 0 : -Basis.Count));
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(ManifestDelta.TryApply(Basis, output.WrittenSpan, long.MaxValue, out _, out _));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }

    [Fact]
    public void A_large_list_that_adds_up_is_made_only_where_it_is_taken()
    {
        // 40,000 times the basis, as it says: a few bytes a time. Long chunks, as only large files have, or the header alone would tell.
        const int Times = 40_000;
        var basis = new Manifest(100L * Chunker.MaxChunkLength, new ChunkId[100], [.. Enumerable.Range(1, 99).Select(i => (long)i * Chunker.MaxChunkLength)]);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        output.Write([Chunker.Version]);
        Varint.Write(output, (ulong)basis.Length * Times);
        Varint.Write(output, (ulong)basis.Count * Times);
        for (var i = 0; i < Times; i++)
        {
            Varint.Write(output, (ulong)basis.Count << 1 | 1);
            Varint.Write(output, Varint.ZigZag(i == 0 ? 0 : -basis.Count));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(ManifestDelta.TryApply(basis, output.WrittenSpan, long.MaxValue, basis.Count * 10, out _, out var error));
        Assert.Equal(ManifestDelta.TooManyChunks, error);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1000);
    }
}
