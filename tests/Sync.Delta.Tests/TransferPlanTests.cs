using System.Buffers.Binary;
using CsCheck;

namespace Sync.Delta.Tests;

public class TransferPlanTests
{
    [Fact]
    public void An_unchanged_content_is_one_copy()
    {
        var manifest = Contents.Hash(Contents.Random(1_000_000));
        Assert.Equal([new Segment(SegmentKind.Copy, 0, 1_000_000, 0)], TransferPlan.Between(manifest, manifest).Segments);
    }

    [Fact]
    public void Without_a_basis_all_of_it_travels()
    {
        var manifest = Contents.Hash(Contents.Random(1_000_000));
        var plan = TransferPlan.Between(manifest, null);
        Assert.Equal([new Segment(SegmentKind.Data, 0, 1_000_000, 0)], plan.Segments);
        Assert.Equal(1_000_000, plan.DataLength);
        Assert.Empty(TransferPlan.Between(Manifest.Empty, manifest).Segments);
    }

    [Fact]
    public void Zeros_travel_once()
    {
        var content = new byte[16 << 20];
        var plan = TransferPlan.Between(Contents.Hash(content), null);
        Assert.Equal(Chunker.PieceMax, plan.DataLength);
        // Each copy as long as all before it.
        Assert.InRange(plan.Segments.Length, 2, 12);
        Assert.Equal(content, Contents.Assemble(plan, [], Contents.DataOf(plan, content)));
    }

    [Fact]
    public void Holes_around_a_change_stay_where_they_are()
    {
        var old = Contents.Insert(new byte[8 << 20], 4 << 20, Contents.Random(1 << 20));
        var now = Contents.Overwrite(old, (4 << 20) + 500_000, Contents.Random(1_000, 5));
        var plan = TransferPlan.Between(Contents.Hash(now), Contents.Hash(old));
        Assert.Equal([SegmentKind.Copy, SegmentKind.Data, SegmentKind.Copy], plan.Segments.Select(s => s.Kind));
        Assert.All(plan.Segments.Where(s => s.Kind == SegmentKind.Copy), s => Assert.Equal(s.TargetOffset, s.SourceOffset));
    }

    [Fact]
    public void A_perturbed_content_is_assembled_to_the_byte()
    {
        var edit = Gen.Select(Gen.Int[0, 3], Gen.Double.Unit, Gen.Int[1, 60_000], Gen.ULong);
        Gen.Select(Gen.Int[0, 800_000], Gen.ULong, Gen.Bool, edit.Array[0, 5]).Sample((length, seed, isText, edits) =>
        {
            var basis = isText ? Contents.Text(length, seed) : Contents.Random(length, seed);
            var target = basis;
            foreach (var (kind, where, size, from) in edits)
            {
                var at = (int)(where * target.Length);
                var count = Math.Min(size, target.Length - at);
                target = kind switch
                {
                    0 => Contents.Insert(target, at, Contents.Random(size, from)),
                    1 => Contents.Delete(target, at, count),
                    2 => Contents.Overwrite(target, at, Contents.Random(count, from)),
                    _ => Contents.Insert(target, at, target[..at]),
                };
            }
            var (wanted, had) = (Contents.Hash(target), Contents.Hash(basis));
            Assert.True(ManifestDelta.TryApply(had, ManifestDelta.Encode(wanted, had), target.Length, out var told, out var error), error);
            var plan = TransferPlan.Between(told, had);
            var assembled = Contents.Assemble(plan, basis, Contents.DataOf(plan, target));
            using var verifier = new ManifestVerifier(told);
            Assert.True(verifier.Append(assembled) && verifier.IsComplete);
            Assert.Equal(target, assembled);
            CheckInvariants(plan, target.Length);
        }, iter: 150);
    }

    [Fact]
    public void Repeated_chunks_in_any_order_are_planned_right()
        => Gen.Select(Gen.Int[0, 5].Array[0, 60], Gen.Int[0, 3].Array[0, 20]).Sample((a, b) =>
        {
            var (target, basis) = (ManifestDeltaTests.OfPattern(a), ManifestDeltaTests.OfPattern(b));
            var plan = TransferPlan.Between(target, basis);
            CheckInvariants(plan, target.Length);
            var bytes = Bytes(a);
            Assert.Equal(bytes, Contents.Assemble(plan, Bytes(b), Contents.DataOf(plan, bytes)));
            Assert.Equal(a.Except(b).Count() * 2L * Chunker.PieceMin, plan.DataLength);

            static byte[] Bytes(int[] pattern) => [.. pattern.SelectMany(p => Enumerable.Repeat((byte)p, 2 * Chunker.PieceMin))];
        }, iter: 300);

    private static void CheckInvariants(TransferPlan plan, long length)
    {
        var at = 0L;
        foreach (var segment in plan.Segments)
        {
            Assert.Equal(at, segment.TargetOffset);
            Assert.True(segment.Length > 0);
            at = segment.TargetEnd;
        }
        Assert.Equal(length, at);
    }

    [Fact]
    public void A_plan_goes_on_from_any_offset()
    {
        var old = Contents.Random(500_000);
        var now = Contents.Insert(Contents.Insert(old, 200_000, Contents.Random(100_000, 2)), 550_000, old[..90_000]);
        var plan = TransferPlan.Between(Contents.Hash(now), Contents.Hash(old));
        Gen.Int[0, now.Length].Sample(offset =>
        {
            var rest = plan.From(offset);
            var at = (long)offset;
            foreach (var segment in rest.Segments)
            {
                Assert.Equal(at, segment.TargetOffset);
                var source = segment.Kind switch { SegmentKind.Copy => old, _ => now };
                if (segment.Kind != SegmentKind.Data)
                    Assert.Equal(now.AsSpan((int)at, (int)segment.Length), source.AsSpan((int)segment.SourceOffset, (int)segment.Length));
                at = segment.TargetEnd;
            }
            Assert.Equal(now.Length, at);
        }, iter: 50);
    }

    [Fact]
    public void Ids_chosen_to_collide_do_not_slow_it_down()
    {
        // Over 100,000 chunks whose ids agree in all of what an unkeyed hash would look at: quadratic would be minutes.
        var basis = Contents.Imagined(140L << 30, idOf: Colliding(1));
        var target = Contents.Imagined(140L << 30, idOf: Colliding(2));
        Assert.True(basis.Count > 100_000);
        var plan = TransferPlan.Between(target, basis);
        Assert.Equal(140L << 30, plan.DataLength);
        Assert.Equal(target.Count * 36L, ManifestDelta.Encode(target, basis).Length, tolerance: target.Count * 3L);

        static Func<int, ChunkId> Colliding(int side) => i =>
        {
            var bytes = new byte[ChunkId.Size];
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(20), i);
            bytes[28] = (byte)side;
            return new ChunkId(bytes);
        };
    }
}
