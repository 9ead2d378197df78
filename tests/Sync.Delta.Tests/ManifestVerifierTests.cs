using CsCheck;

namespace Sync.Delta.Tests;

public class ManifestVerifierTests
{
    private static readonly byte[] Content = Contents.Random(500_000);
    private static readonly Manifest Manifest = Contents.Hash(Content);

    [Fact]
    public void The_content_is_accepted_however_it_is_split()
        => Gen.Int[1, 100_000].Sample(size =>
        {
            using var verifier = new ManifestVerifier(Manifest);
            foreach (var piece in Content.Chunk(size)) Assert.True(verifier.Append(piece));
            return verifier.IsComplete && verifier.VerifiedLength == Content.Length;
        }, iter: 50);

    [Fact]
    public void A_changed_byte_is_found_in_its_chunk()
        => Gen.Select(Gen.Int[0, Content.Length - 1], Gen.Byte[1, 255], Gen.Int[1, 100_000]).Sample((at, change, size) =>
        {
            var changed = Content.ToArray();
            changed[at] ^= change;
            using var verifier = new ManifestVerifier(Manifest);
            foreach (var piece in changed.Chunk(size)) verifier.Append(piece);
            var wrong = Manifest[Manifest.IndexAt(at)];
            return verifier.IsRefused && !verifier.IsComplete && verifier.VerifiedLength == wrong.Offset && verifier.Mismatch == wrong;
        }, iter: 100);

    [Fact]
    public void Its_halves_may_go_apart()
        => Gen.Select(Gen.Int[0, Content.Length - 1], Gen.Byte, Gen.Int[1, 100_000], Gen.Bool).Sample((at, change, size, hashFirst) =>
        {
            var changed = Content.ToArray();
            changed[at] ^= change;
            using var verifier = new ManifestVerifier(Manifest);
            foreach (var piece in changed.Chunk(size))
                if (hashFirst) verifier.Hash(piece);
                else verifier.Cut(piece);
            Assert.False(verifier.IsComplete);
            foreach (var piece in changed.Chunk(size))
                if (hashFirst) verifier.Cut(piece);
                else verifier.Hash(piece);
            using var whole = new ManifestVerifier(Manifest);
            foreach (var piece in changed.Chunk(size)) whole.Append(piece);
            return verifier.IsComplete == (change == 0) && verifier.IsRefused == whole.IsRefused && verifier.VerifiedLength == whole.VerifiedLength;
        }, iter: 100);

    [Fact]
    public void Cuts_that_are_the_basis_own_are_those_that_the_chunker_makes()
        => Gen.Select(Gen.Int[1, 40_000], Gen.Int[0, 400_000], Gen.Int[0, 90_000], Gen.Bool).Sample((insert, at, cutOff, atEnd) =>
        {
            // Behind 16 MiB chunks are longer: what comes from before it is cut otherwise there.
            var basis = Contents.Random(17 << 20);
            var target = atEnd ? [.. basis, .. Contents.Random(insert, 3), .. basis[..1_000_000]] : Contents.Insert(basis[cutOff..], at, Contents.Random(insert, 3));
            var (from, to) = (Contents.Hash(basis), Contents.Hash(target));
            using var verifier = new ManifestVerifier(to);
            var trusted = 0L;
            foreach (var segment in TransferPlan.Between(to, from).Segments)
            {
                var bytes = target.AsSpan((int)segment.TargetOffset, (int)segment.Length);
                var keeps = segment.Kind == SegmentKind.Copy && TransferPlan.KeepsCuts(to, from, segment);
                if (keeps) verifier.TrustCuts(bytes.Length);
                else Assert.True(verifier.Cut(bytes));
                if (keeps) trusted += bytes.Length;
                Assert.True(verifier.Hash(bytes));
            }

            Assert.True(trusted > 10 << 20);
            return verifier.IsComplete && verifier.VerifiedLength == target.Length;
        }, iter: 10);

    [Fact]
    public void Chunks_joined_by_a_liar_are_not_trusted_to_be_cut_alike()
    {
        // The basis' last chunk in the middle, and two chunks as one.
        var last = Manifest.Count - 1;
        var liar = new Manifest(Content.Length + Manifest.LengthOf(last), [.. Manifest.Ids, Manifest.Ids[last]], [.. Enumerable.Range(1, last).Select(i => Manifest.OffsetOf(i)), Content.Length]);
        Assert.False(TransferPlan.KeepsCuts(liar, Manifest, new Segment(SegmentKind.Copy, 0, Content.Length, 0)));
        Assert.True(TransferPlan.KeepsCuts(liar, Manifest, new Segment(SegmentKind.Copy, 0, Manifest.OffsetOf(last), 0)));
        var joined = new Manifest(Content.Length, [.. Manifest.Ids[..1], .. Manifest.Ids[2..]], [.. Enumerable.Range(2, last - 1).Select(i => Manifest.OffsetOf(i))]);
        Assert.False(TransferPlan.KeepsCuts(joined, Manifest, new Segment(SegmentKind.Copy, 0, Manifest.OffsetOf(2), 0)));
    }

    [Fact]
    public void A_content_cut_short_is_not_complete_and_a_longer_one_is_refused()
    {
        using var verifier = new ManifestVerifier(Manifest);
        Assert.True(verifier.Append(Content.AsSpan(0, Content.Length - 1)));
        Assert.False(verifier.IsComplete);
        Assert.True(verifier.Append(Content.AsSpan(Content.Length - 1)));
        Assert.True(verifier.IsComplete);
        Assert.False(verifier.Append([0]));
        Assert.True(verifier.IsRefused);
        Assert.False(verifier.IsComplete);
        Assert.Null(verifier.Mismatch);
    }

    [Fact]
    public void It_goes_on_from_any_chunk()
    {
        for (var first = 0; first <= Manifest.Count; first++)
        {
            using var verifier = new ManifestVerifier(Manifest, first);
            Assert.True(verifier.Append(Content.AsSpan((int)Manifest.OffsetOf(first))));
            Assert.True(verifier.IsComplete);
        }
    }

    [Fact]
    public void True_hashes_of_chunks_cut_elsewhere_are_refused()
    {
        // Joined where the chunker cuts, and cut where it does not; every hash is right.
        foreach (var cuts in new long[][] { [Manifest.OffsetOf(1), Manifest.OffsetOf(3)], [Manifest.OffsetOf(1), Manifest.OffsetOf(1) + 9_000, Manifest.OffsetOf(2)] })
        {
            var ends = cuts.Append(Content.Length).ToArray();
            var ids = ends.Select((end, i) => Contents.Hash(Content.AsSpan((int)(i == 0 ? 0 : ends[i - 1])..(int)end)).Ids[0]).ToArray();
            using var verifier = new ManifestVerifier(new Manifest(Content.Length, ids, cuts));
            Assert.False(verifier.Append(Content));
            Assert.Equal(Manifest.OffsetOf(1), verifier.VerifiedLength);
        }
    }

    [Fact]
    public void The_empty_content_is_complete_at_once()
    {
        using var verifier = new ManifestVerifier(Manifest.Empty);
        Assert.True(verifier.IsComplete);
        Assert.False(verifier.Append([1]));
    }

    [Fact]
    public void One_chunk_is_verified_alone()
    {
        var chunk = Manifest[1];
        var bytes = Content.AsSpan((int)chunk.Offset, chunk.Length).ToArray();
        Assert.True(ChunkVerifier.Verify(chunk, bytes));
        Assert.False(ChunkVerifier.Verify(chunk, bytes.AsSpan(1)));
        bytes[7] ^= 1;
        Assert.False(ChunkVerifier.Verify(chunk, bytes));
    }
}
