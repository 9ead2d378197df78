using CsCheck;

namespace Sync.Delta.Tests;

/// <summary>What an edit costs, counted in the bytes that a transfer plan sends.</summary>
public class LocalityTests
{
    private static readonly byte[] Random24 = Contents.Random(24 << 20);
    private static readonly byte[] Text24 = Contents.Text(24 << 20);

    private static long Cost(byte[] before, byte[] after)
        => TransferPlan.Between(Contents.Hash(after), Contents.Hash(before)).DataLength;

    private static readonly Gen<(byte[] Content, int At, int Count, ulong Seed)> Edits =
        Gen.Select(Gen.Bool.Select(isText => isText ? Text24 : Random24), Gen.Int[0, (24 << 20) - 20_000], Gen.Int[1, 20_000], Gen.ULong, (content, at, count, seed) => (content, at, count, seed));

    // Ample: a text may need some chunks to fall into step again, and 20,000 bytes pass the border of the classes at 16 MiB.
    private const long Few = 1 << 20;

    [Fact]
    public void An_insertion_costs_a_few_chunks()
        => Edits.Sample(e => Cost(e.Content, Contents.Insert(e.Content, e.At, Contents.Random(e.Count, e.Seed))) < Few, iter: 12);

    [Fact]
    public void A_deletion_costs_a_few_chunks()
        => Edits.Sample(e => Cost(e.Content, Contents.Delete(e.Content, e.At, e.Count)) < Few, iter: 12);

    [Fact]
    public void An_overwrite_costs_a_few_chunks()
        => Edits.Sample(e => Cost(e.Content, Contents.Overwrite(e.Content, e.At, Contents.Random(e.Count, e.Seed))) < Few, iter: 12);

    [Fact]
    public void Seventeen_bytes_at_the_front_cost_one_or_two_chunks()
        => Assert.InRange(Cost(Random24, Contents.Insert(Random24, 0, Contents.Random(17, seed: 3))), 1, 100_000);

    [Theory]
    [InlineData(1 << 20, 3 << 20)]
    [InlineData(15 << 20, 20 << 20)]
    [InlineData(16 << 20, (16 << 20) + 1)]
    public void Growing_past_a_class_changes_no_chunk_but_the_last(int before, int after)
    {
        var old = Contents.Hash(Random24.AsSpan(0, before));
        var grown = Contents.Hash(Random24.AsSpan(0, after));
        for (var i = 0; i < old.Count - 1; i++) Assert.Equal(old[i], grown[i]);
    }

    [Fact]
    public void Cuts_of_a_coarser_class_are_cuts_of_every_finer_one()
    {
        foreach (var content in new[] { Random24.AsMemory(0, 16 << 20), Text24.AsMemory(0, 16 << 20), new byte[16 << 20] })
        {
            var finer = CutsWith(SizeClass.All[0], content.Span);
            foreach (var sizes in SizeClass.All[1..].ToArray())
            {
                var cuts = CutsWith(sizes, content.Span);
                Assert.NotEmpty(cuts);
                Assert.ProperSubset(finer, cuts);
                finer = cuts;
            }
        }
    }

    private static HashSet<long> CutsWith(SizeClass sizes, ReadOnlySpan<byte> content)
    {
        var cutter = new Cutter(long.MaxValue, sizes.From);
        var cuts = new HashSet<long>();
        for (var at = 0; at < content.Length;)
        {
            at += cutter.Take(content[at..], out var cut);
            if (cut) cuts.Add(at);
        }
        return cuts;
    }
}
