using CsCheck;

namespace Sync.Delta.Tests;

public class BlockDeltaTests
{
    private static readonly BlockKey Key = new([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);

    [Fact]
    public void What_is_rolled_is_what_is_summed()
    {
        var bytes = Contents.Random(2_000);
        var rolling = new RollingSum(Key.Multiplier, 512);
        var sum = rolling.Of(bytes.AsSpan(0, 512));
        for (var at = 1; at + 512 <= bytes.Length; at++)
        {
            sum = rolling.Roll(sum, bytes[at - 1], bytes[at + 511]);
            Assert.Equal(rolling.Of(bytes.AsSpan(at, 512)), sum);
        }
    }

    [Fact]
    public void Blocks_are_summed_by_digits_as_byte_by_byte()
    {
        Gen.Select(Gen.ULong, Gen.OneOf(new[] { 8, 32, 64, 128, 512, 1024, 2048, 8192 }.Select(n => Gen.Const(n)).ToArray()), Gen.Int, Gen.Int[0, 2]).Sample((multiplier, size, seed, kind) =>
        {
            // At the ends of their range, too: all ones, and few bits.
            var block = kind == 0 ? Contents.Random(size, (ulong)(uint)seed) : [.. Enumerable.Repeat((byte)(kind == 1 ? 255 : 0), size)];
            block[(int)((uint)seed % size)] ^= 1;
            var sum = 0UL;
            foreach (var value in block) sum = (sum * (multiplier | 1)) + value;
            return new RollingSum(multiplier | 1, size).Of(block) == sum;
        }, iter: 2_000);
        // Digits of -2^15 alone, 128 times.
        var power = 0x8000_8000_8000_8001UL;
        Assert.Equal(new RollingSum(power, 1024).ByBytes([.. Enumerable.Repeat((byte)255, 1024)]), new RollingSum(power, 1024).Of([.. Enumerable.Repeat((byte)255, 1024)]));
    }

    [Fact]
    public void Sums_do_not_depend_on_the_pieces_and_survive_the_disk() =>
        Gen.Select(Gen.Int[0, 20_000], Gen.Int[1, 3_000]).Sample((length, piece) =>
        {
            var content = Contents.Random(length);
            var encoded = SumsOf(content, piece).Encode();
            Assert.Equal(SumsOf(content, int.MaxValue).Encode(), encoded);
            Assert.True(BlockSums.TryDecode(encoded, Key, out var sums));
            Assert.Equal(length / 512, sums.Count);
            Assert.False(BlockSums.TryDecode(encoded, BlockKey.New(), out _));
            encoded[length % encoded.Length] ^= 1;
            Assert.False(BlockSums.TryDecode(encoded, Key, out _));
        }, iter: 200);

    [Fact]
    public void Any_content_is_put_together_from_any_basis()
    {
        var edit = Gen.Select(Gen.Int[0, 3], Gen.Double[0, 1], Gen.Int[0, 3_000], Gen.Int);
        Gen.Select(Gen.Int[0, 60_000], edit.Array[0, 6], Gen.Int[1, 20_000]).Sample((length, edits, piece) =>
        {
            var basis = Contents.Random(length);
            var content = basis;
            foreach (var (kind, where, size, seed) in edits)
            {
                var at = (int)(where * content.Length);
                var span = Math.Min(size, content.Length - at);
                content = kind switch
                {
                    0 => [.. content[..at], .. Contents.Random(size, (ulong)(uint)seed), .. content[at..]],
                    1 => [.. content[..at], .. content[(at + span)..]],
                    2 => [.. content[..at], .. Contents.Random(span, (ulong)(uint)seed), .. content[(at + span)..]],
                    _ => [.. content, .. content[at..(at + span)]],
                };
            }

            Assert.Equal(content, Assemble(basis, Encode(basis, content, piece)));
        }, iter: 500);
    }

    [Fact]
    public void Pages_written_in_place_cost_little_more_than_themselves()
    {
        var basis = Contents.Random(32 << 20);
        var content = (byte[])basis.Clone();
        for (var i = 0; i < 64; i++) Contents.Random(4096, (ulong)i + 2).CopyTo(content, (i * 500_000) / 4096 * 4096);
        var pieces = Encode(basis, content, 1 << 20);
        Assert.Equal(content, Assemble(basis, pieces));
        Assert.InRange(pieces.Sum(p => p.Literals.Length), 64 * 4096, 64 * 4096);
        Assert.InRange(pieces.Sum(p => p.Steps.Length), 64, 1_000);
    }

    [Fact]
    public void An_insertion_is_found_at_any_offset()
    {
        var basis = Contents.Random(1 << 20);
        byte[] content = [.. Contents.Random(17, 2), .. basis];
        var pieces = Encode(basis, content, 100_000);
        Assert.Equal(content, Assemble(basis, pieces));
        Assert.InRange(pieces.Sum(p => p.Literals.Length), 17, 17);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    public void Repeated_blocks_take_linear_time_and_few_steps(int shift)
    {
        // Every offset looks like every other.
        var basis = new byte[64 << 20];
        var content = new byte[(64 << 20) + shift];
        var pieces = Encode(basis, content, 1 << 20);
        Assert.Equal(content, Assemble(basis, pieces));
        Assert.InRange(pieces.Sum(p => p.Literals.Length + p.Steps.Length), 0, 2_000_000);
    }

    [Fact]
    public void What_has_nothing_of_the_basis_is_literal_throughout()
    {
        var content = Contents.Random(40 << 20, 9);
        var basis = Contents.Random(4 << 20);
        byte[] mixed = [.. content, .. basis];
        var pieces = Encode(basis, mixed, 1 << 20);
        Assert.Equal(mixed, Assemble(basis, pieces));
        // After so long without anything found the search rests at times, but not for good.
        Assert.InRange(pieces.Sum(p => p.Literals.Length), content.Length, content.Length + (basis.Length / 2));
    }

    [Fact]
    public void Hostile_steps_are_refused()
    {
        Assert.False(IsSound([0, 0, 101], []));
        Assert.False(IsSound([0, 202, 1, 1], []));
        Assert.False(IsSound([0, 1, 1], []));
        Assert.False(IsSound([1, 0, 0], []));
        Assert.False(IsSound([0, 0, 0], []));
        Assert.False(IsSound([0, 0, 1], [1]));
        Assert.False(IsSound([0, 0], []));
        Assert.True(IsSound([0, 0, 100], []));
        Assert.True(IsSound([1, 198, 1, 1], [7]));
        Gen.Byte.Array[0, 40].Sample(steps => { IsSound(steps, [1, 2, 3]); }, iter: 20_000);
    }

    private static bool IsSound(byte[] steps, byte[] literals)
    {
        var reader = new BlockDeltaReader(steps, literals, 100);
        while (reader.Next())
        {
            Assert.InRange(reader.CopyOffset, 0, 100);
            Assert.InRange(reader.CopyOffset + reader.CopyLength, 0, 100);
        }

        return !reader.IsDamaged;
    }

    private static BlockSums SumsOf(byte[] content, int piece)
    {
        var summer = new BlockSummer(Key, content.Length);
        for (var at = 0; at < content.Length; at += Math.Min(piece, content.Length - at)) summer.Append(content.AsSpan(at, Math.Min(piece, content.Length - at)));
        return summer.Finish()!;
    }

    private static List<BlockDelta> Encode(byte[] basis, byte[] content, int piece)
    {
        var pieces = new List<BlockDelta>();
        var encoder = new BlockDeltaEncoder(SumsOf(basis, int.MaxValue), Key, pieces.Add);
        for (var at = 0; at < content.Length; at += piece) encoder.Append(content.AsSpan(at, Math.Min(piece, content.Length - at)));
        encoder.Finish();
        Assert.All(pieces, p => Assert.InRange(p.Literals.Length + p.Steps.Length, 1, 64 << 10));
        return pieces;
    }

    private static byte[] Assemble(byte[] basis, List<BlockDelta> pieces)
    {
        using var content = new MemoryStream();
        foreach (var piece in pieces)
        {
            var reader = new BlockDeltaReader(piece.Steps.Span, piece.Literals.Span, basis.Length);
            while (reader.Next())
            {
                content.Write(reader.Literals);
                content.Write(basis, (int)reader.CopyOffset, (int)reader.CopyLength);
            }

            Assert.False(reader.IsDamaged);
        }

        return content.ToArray();
    }
}
