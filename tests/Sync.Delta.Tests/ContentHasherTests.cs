using System.Security.Cryptography;
using CsCheck;

namespace Sync.Delta.Tests;

public class ContentHasherTests
{
    [Fact]
    public void An_empty_content_has_no_chunk()
    {
        var manifest = Contents.Hash([]);
        Assert.Equal(0, manifest.Count);
        Assert.Equal(0, manifest.Length);
        Assert.Equal(Manifest.Empty.Id, manifest.Id);
        Assert.False(manifest.Id.IsNone);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8 << 10)]
    [InlineData(Chunker.SingleChunkLength)]
    public void A_content_up_to_64_KiB_is_one_chunk(int length)
    {
        var content = Contents.Random(length);
        var manifest = Contents.Hash(content);
        Assert.Equal(new Chunk(new ChunkId(SHA256.HashData(content)), 0, length), manifest[0]);
        Assert.Equal(1, manifest.Count);
        Assert.Equal(manifest.Id, Manifest.OfSmall(content).Id);
    }

    [Fact]
    public void One_byte_more_is_cut()
    {
        var content = Contents.Random(Chunker.SingleChunkLength + 1);
        Assert.True(Contents.Hash(content).Count > 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => Manifest.OfSmall(content));
    }

    [Fact]
    public void Chunks_cover_the_content_and_name_its_bytes()
    {
        var content = Contents.Random(20 << 20);
        var manifest = Contents.Hash(content);
        var at = 0L;
        for (var i = 0; i < manifest.Count; i++)
        {
            var chunk = manifest[i];
            Assert.Equal(at, chunk.Offset);
            Assert.True(Chunker.CanHold(content.Length, chunk.Offset, chunk.Length));
            Assert.True(ChunkVerifier.Verify(chunk, content.AsSpan((int)at, chunk.Length)));
            Assert.Equal(i, manifest.IndexAt(at));
            Assert.Equal(i, manifest.IndexAt(at + chunk.Length - 1));
            at += chunk.Length;
        }
        Assert.Equal(content.Length, at);
        Assert.Equal(-1, manifest.IndexAt(at));
        Assert.Equal(-1, manifest.IndexAt(-1));
        Assert.True(manifest.Count <= Chunker.MaxCount(content.Length));
    }

    [Fact]
    public void Chunks_have_the_lengths_their_class_promises()
    {
        var manifest = Contents.Hash(Contents.Random(64 << 20));
        var border = manifest.IndexAt(16 << 20);
        Assert.InRange((16 << 20) / border, 17 << 10, 22 << 10);
        Assert.InRange((48 << 20) / (manifest.Count - border), 48 << 10, 72 << 10);
    }

    [Fact]
    public void Cut_first_and_hashed_later_is_the_same()
        => Gen.Select(Gen.Int[1, 3_000_000], Gen.Int[1, 400_000], Gen.Int[0, 3]).Sample((length, size, lag) =>
        {
            var content = Contents.Text(length);
            using var hasher = new ContentHasher(length);
            var waiting = new Queue<(byte[] Piece, List<int> Ends)>();
            foreach (var piece in content.Chunk(size))
            {
                var ends = new List<int>();
                hasher.Cut(piece, ends);
                waiting.Enqueue((piece, ends));
                if (waiting.Count > lag) HashNext();
            }

            while (waiting.Count > 0) HashNext();
            return hasher.Finish().Id == Contents.Hash(content).Id;

            void HashNext()
            {
                var (piece, ends) = waiting.Dequeue();
                hasher.Hash(piece, ends);
            }
        }, iter: 100);

    [Fact]
    public void How_it_is_split_does_not_matter()
    {
        var content = Contents.Text(300_000);
        var whole = Contents.Hash(content).Id;
        Gen.Int[1, 70_000].Array[1, 50].Sample(sizes =>
        {
            using var hasher = new ContentHasher(content.Length);
            for (int at = 0, i = 0; at < content.Length; i++)
            {
                var size = Math.Min(sizes[i % sizes.Length], content.Length - at);
                hasher.Append(content.AsSpan(at, size));
                at += size;
            }
            return hasher.Finish().Id == whole;
        }, iter: 200);
    }

    [Fact]
    public void Byte_by_byte_is_the_same_too()
    {
        var content = Contents.Random(200_000);
        using var hasher = new ContentHasher(content.Length);
        foreach (var value in content) hasher.Append([value]);
        Assert.Equal(Contents.Hash(content).Id, hasher.Finish().Id);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(10, 9)]
    [InlineData(10, 11)]
    [InlineData(100_000, 99_999)]
    [InlineData(100_000, 200_000)]
    public void A_content_of_another_length_than_declared_is_refused(int declared, int actual)
    {
        using var hasher = new ContentHasher(declared);
        hasher.Append(Contents.Random(actual));
        Assert.Throws<InvalidDataException>(hasher.Finish);
    }

    [Fact]
    public void A_hasher_abandoned_midway_starts_clean()
    {
        var content = Contents.Random(150_000);
        using var hasher = new ContentHasher(1_000_000);
        hasher.Append(content.AsSpan(0, 99_999));
        hasher.Reset(content.Length);
        hasher.Append(content);
        Assert.Equal(Contents.Hash(content).Id, hasher.Finish().Id);
    }

    [Fact]
    public void Constant_bytes_give_the_longest_chunks_whatever_the_byte()
    {
        // A run of one byte value has one hash throughout: were it a cut, every such run would fall into the shortest pieces.
        foreach (var value in Gear.Values) Assert.True(unchecked(0 - value) > Chunker.CommonHash);
        var manifest = Contents.Hash(new byte[20 << 20]);
        for (var i = 0; i < manifest.Count - 1; i++) Assert.Equal(SizeClass.At(manifest[i].Offset).Max, manifest[i].Length);
    }

    [Fact]
    public void Hashing_a_small_file_allocates_only_its_manifest()
    {
        var content = Contents.Random(4096);
        using var hasher = new ContentHasher(content.Length);
        for (var i = 0; i < 10; i++) Once();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++) Once();
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 100, 0, 300);

        void Once()
        {
            hasher.Reset(content.Length);
            hasher.Append(content);
            hasher.Finish();
        }
    }
}
