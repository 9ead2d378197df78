using System.Text;
using CsCheck;

namespace Sync.Delta.Tests;

public class PatchTests
{
    [Fact]
    public void Any_content_is_made_from_any_basis()
    {
        var edit = Gen.Select(Gen.Int[0, 3], Gen.Double[0, 1], Gen.Int[0, 900], Gen.Int);
        Gen.Select(Gen.Int[PatchSums.WorthwhileLength, PatchSums.MaxLength], edit.Array[0, 6]).Sample((length, edits) =>
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
                    _ => [.. content[at..], .. content[..at]],
                };
            }

            content = content[..Math.Min(content.Length, PatchSums.MaxLength)];
            if (Patch.Encode(content, PatchSums.Of(basis)) is { } patch)
                Assert.Equal(content, Patch.Apply(basis, patch.Steps.Span, patch.Literals.Span, content.Length));
            else Assert.True(content.Length < 1024 || edits.Length > 0);
        }, iter: 2000);
    }

    [Theory]
    [InlineData(2_000), InlineData(10_000), InlineData(10_100), InlineData(40_000), InlineData(65_536)]
    public void A_changed_line_costs_its_block(int length)
    {
        var basis = Contents.Random(length);
        var content = (byte[])basis.Clone();
        "another line"u8.CopyTo(content.AsSpan(length / 2));
        var patch = Patch.Encode(content, PatchSums.Of(basis));
        Assert.NotNull(patch);
        Assert.InRange(patch.Value.Literals.Length, 12, 1024);
        Assert.InRange(patch.Value.Steps.Length, 1, 24);
    }

    [Fact]
    public void What_moved_by_a_few_bytes_is_found_to_its_last_byte()
    {
        var basis = Contents.Random(10_007);
        byte[] content = [1, 2, 3, .. basis];
        var patch = Patch.Encode(content, PatchSums.Of(basis));
        Assert.Equal(3, patch!.Value.Literals.Length);
        Assert.Equal(content, Patch.Apply(basis, patch.Value.Steps.Span, patch.Value.Literals.Span, content.Length));
    }

    [Fact]
    public void Nothing_in_common_is_no_patch() => Assert.Null(Patch.Encode(Contents.Random(20_000, 7), PatchSums.Of(Contents.Random(20_000))));

    [Fact]
    public void Equal_blocks_and_their_runs_are_one_step()
    {
        var basis = new byte[60_000];
        var patch = Patch.Encode(new byte[50_000], PatchSums.Of(basis));
        Assert.Equal(0, patch!.Value.Literals.Length);
        Assert.Equal(new byte[50_000], Patch.Apply(basis, patch.Value.Steps.Span, default, 50_000));
    }

    [Fact]
    public void Sums_that_a_peer_makes_up_do_no_harm() =>
        Gen.Select(Gen.ULong, Gen.Int[PatchSums.WorthwhileLength, PatchSums.MaxLength], Gen.Byte).Sample((multiplier, length, fill) =>
        {
            var bytes = new byte[PatchSums.Of(new byte[length]).Bytes.Length];
            Array.Fill(bytes, fill);
            Assert.Equal((multiplier & 1) == 1, PatchSums.TryTake(multiplier, (ulong)length, bytes, out var sums));
            Assert.False(PatchSums.TryTake(multiplier | 1, (ulong)length, bytes.AsMemory(1), out _));
            Assert.False(PatchSums.TryTake(multiplier | 1, PatchSums.MaxLength + 1, bytes, out _));
            if (sums is not null && Patch.Encode(new byte[length], sums) is { } patch)
                Assert.NotNull(Patch.Apply(new byte[length], patch.Steps.Span, patch.Literals.Span, length));
        }, iter: 300);

    [Fact]
    public void Patches_that_a_peer_makes_up_make_nothing_or_as_many_bytes_as_said() =>
        Gen.Select(Gen.Byte.Array[0, 40], Gen.Byte.Array[0, 40], Gen.Int[-1, 70_000]).Sample((steps, literals, length) =>
        {
            var made = Patch.Apply(Contents.Random(3_000), steps, literals, length);
            Assert.True(made is null || made.Length == length);
        }, iter: 20_000);

    /// <summary>Source text with a line changed in three places: the sums up and the patch down are less than a sixth of what it takes packed.</summary>
    [Fact]
    public void A_patch_of_text_is_a_small_part_of_it()
    {
        var text = new StringBuilder();
        for (var line = 0; line < 300; line++) text.Append("\tif (value_").Append(line * 7919 % 1009).Append(" < limit) return -EINVAL;\n");
        var basis = Encoding.UTF8.GetBytes(text.ToString());
        var content = Encoding.UTF8.GetBytes(text.Replace("value_0 ", "total_0 ").Replace("value_11 ", "value_12 ").ToString());
        var sums = PatchSums.Of(basis);
        var patch = Patch.Encode(content, sums)!.Value;
        Assert.InRange(sums.Bytes.Length + patch.Steps.Length + patch.Literals.Length, 1, content.Length / 6);
    }
}
