using CsCheck;

namespace Sync.Delta.Tests;

/// <summary>What is made of a known chunk list and block sums, whatever has moved where, is what the chunker makes of all bytes.</summary>
public class ShiftedHasherTests
{
    private static readonly BlockKey Key = new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

    [Fact]
    public void The_chunks_are_those_of_a_whole_pass()
    {
        var edit = Gen.Select(Gen.Int[0, 6], Gen.Double[0, 1], Gen.OneOf(Gen.Int[1, 20_000], Gen.Int[1, 40].Select(n => n * 512)), Gen.Int);
        Gen.Select(Gen.OneOf(Gen.Int[70_000, 2_000_000], Gen.Int[16_500_000, 17_500_000]), edit.Array[0, 5], Gen.Int[1, 1_500_000]).Sample((length, edits, piece) =>
        {
            var old = Contents.Text(length, 5);
            var content = old;
            foreach (var (kind, where, size, seed) in edits)
            {
                var at = (int)(where * (content.Length - 1));
                var span = Math.Min(size, content.Length - at);
                content = kind switch
                {
                    0 => Contents.Overwrite(content, at, Contents.Random(span, (ulong)(uint)seed)),
                    1 => Contents.Overwrite(content, at, [(byte)(content[at] ^ 1)]),
                    2 => [.. content, .. Contents.Random(size, (ulong)(uint)seed)],
                    3 => content.Length - span > 70_000 ? [.. content[..at], .. content[(at + span)..]] : content,
                    4 => content.Length - at > 70_000 ? content[at..] : content,
                    5 => [.. content[at..], .. content[..at]],
                    _ => Contents.Insert(content, at, Contents.Random(size, (ulong)(uint)seed)),
                };
            }

            var manifest = Hash(old, content, piece, out _);
            var whole = Contents.Hash(content);
            Assert.Equal(whole.Id, manifest.Id);
            Assert.Equal(whole.Count, manifest.Count);
        }, iter: 200);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(512)]
    [InlineData(100_000)]
    public void Behind_an_insertion_next_to_nothing_is_hashed(int inserted)
    {
        var old = Contents.Random(64 << 20);
        var manifest = Hash(old, Contents.Insert(old, 0, Contents.Random(inserted, 9)), 1 << 20, out var kept);
        Assert.True(manifest.Count > 10);
        // The first chunk behind it, one where another class begins, and the last.
        Assert.InRange(kept, old.Length - (3 << 20), old.Length);
    }

    [Fact]
    public void Other_bytes_keep_nothing()
    {
        _ = Hash(Contents.Random(8 << 20), Contents.Random(8 << 20, 3), 1 << 20, out var kept);
        Assert.Equal(0, kept);
    }

    [Fact]
    public void Fewer_or_more_bytes_than_said_are_no_content()
    {
        var old = Contents.Random(1 << 20);
        using var hasher = new ShiftedHasher(Contents.Hash(old), SumsOf(old), Key, old.Length);
        hasher.Append(old.AsSpan(1));
        Assert.Throws<InvalidDataException>(hasher.Finish);
        Assert.Throws<InvalidDataException>(() => hasher.Append(old.AsSpan(0, 2)));
    }

    [Fact]
    public void Sums_of_another_key_or_content_are_refused()
    {
        var old = Contents.Random(1 << 20);
        Assert.Throws<ArgumentException>(() => new ShiftedHasher(Contents.Hash(old), SumsOf(old), BlockKey.New(), old.Length));
        Assert.Throws<ArgumentException>(() => new ShiftedHasher(Contents.Hash(old), SumsOf(old[..^1]), Key, old.Length));
    }

    private static Manifest Hash(byte[] old, byte[] content, int piece, out long kept)
    {
        using var hasher = new ShiftedHasher(Contents.Hash(old), SumsOf(old), Key, content.Length);
        for (var at = 0; at < content.Length; at += piece) hasher.Append(content.AsSpan(at, Math.Min(piece, content.Length - at)));
        kept = hasher.KeptLength;
        return hasher.Finish();
    }

    private static BlockSums SumsOf(byte[] content)
    {
        var summer = new BlockSummer(Key, content.Length);
        summer.Append(content);
        return summer.Finish()!;
    }
}
