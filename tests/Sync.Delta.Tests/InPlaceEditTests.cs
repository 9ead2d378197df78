using CsCheck;

namespace Sync.Delta.Tests;

/// <summary>What is made of a known chunk list and block sums is what the chunker makes of all bytes.</summary>
public class InPlaceEditTests
{
    private static readonly BlockKey Key = new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

    [Fact]
    public void The_chunks_are_those_of_a_whole_pass()
    {
        var edit = Gen.Select(Gen.Int[0, 4], Gen.Double[0, 1], Gen.Int[1, 20_000], Gen.Int);
        Gen.Select(Gen.OneOf(Gen.Int[70_000, 2_000_000], Gen.Int[16_500_000, 17_500_000]), edit.Array[0, 5]).Sample((length, edits) =>
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
                    3 => content.Length - size > 70_000 ? content[..^size] : content,
                    _ => Contents.Insert(content, at, Contents.Random(size, (ulong)(uint)seed)),
                };
            }

            var read = 0L;
            var manifest = InPlaceEdit.Rehash(Contents.Hash(old), SumsOf(old), SumsOf(content), (offset, buffer) =>
            {
                content.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
                read += buffer.Length;
                return true;
            });
            Assert.NotNull(manifest);
            var whole = Contents.Hash(content);
            Assert.Equal(whole.Id, manifest.Id);
            Assert.Equal(whole.Count, manifest.Count);
            if (edits.Length == 0) Assert.InRange(read, 0, 600_000);
        }, iter: 150);
    }

    [Fact]
    public void Pages_written_in_place_are_all_that_is_hashed()
    {
        var old = Contents.Random(64 << 20);
        var content = (byte[])old.Clone();
        for (var i = 0; i < 16; i++) Contents.Random(4096, (ulong)i + 2).CopyTo(content, i * 4_000_000 / 4096 * 4096);
        var read = 0L;
        var manifest = InPlaceEdit.Rehash(Contents.Hash(old), SumsOf(old), SumsOf(content), (offset, buffer) =>
        {
            content.AsSpan((int)offset, buffer.Length).CopyTo(buffer);
            read += buffer.Length;
            return true;
        });
        Assert.Equal(Contents.Hash(content).Id, manifest!.Id);
        Assert.InRange(read, 16 * 4096, 10 << 20);
    }

    [Fact]
    public void A_read_that_fails_ends_it()
    {
        var old = Contents.Random(1 << 20);
        var content = Contents.Overwrite(old, 500_000, [1, 2, 3, 4]);
        Assert.Null(InPlaceEdit.Rehash(Contents.Hash(old), SumsOf(old), SumsOf(content), (_, _) => false));
    }

    [Fact]
    public void Sums_of_another_key_or_content_are_of_no_use()
    {
        var old = Contents.Random(1 << 20);
        var other = new BlockSummer(BlockKey.New(), old.Length);
        other.Append(old);
        Assert.Null(InPlaceEdit.Rehash(Contents.Hash(old), other.Finish()!, SumsOf(old), (_, _) => true));
        Assert.Null(InPlaceEdit.Rehash(Contents.Hash(old), SumsOf(old[..^1]), SumsOf(old), (_, _) => true));
    }

    [Fact]
    public void Sums_are_taken_over_for_bytes_that_are_known()
        => Gen.Select(Gen.Int[1, 300_000], Gen.Int[0, 2_000], Gen.Int[0, 3_000], Gen.Int[1, 50_000], Gen.Bool).Sample((length, inserted, skipped, piece, aligned) =>
        {
            if (aligned) (inserted, skipped) = (inserted / 512 * 512, skipped / 512 * 512);
            var other = Contents.Random(length + skipped);
            var front = Contents.Random(inserted, 7);
            var summer = new BlockSummer(Key, inserted + length);
            summer.Append(front);
            for (var at = 0; at < length; at += piece)
            {
                var bytes = other.AsSpan(skipped + at, Math.Min(piece, length - at));
                summer.AppendKnown(bytes, SumsOf(other), skipped + at);
            }

            return summer.Finish()!.Encode().AsSpan().SequenceEqual(SumsOf([.. front, .. other[skipped..]]).Encode());
        }, iter: 300);

    private static BlockSums SumsOf(byte[] content)
    {
        var summer = new BlockSummer(Key, content.Length);
        summer.Append(content);
        return summer.Finish()!;
    }
}
