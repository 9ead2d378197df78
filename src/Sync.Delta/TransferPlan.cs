using System.Collections.Immutable;

namespace Sync.Delta;

/// <summary>
/// How a target is put together from a basis that the receiver has and from bytes that travel: segments in the target's order, without gaps.
/// A pure function of the two manifests, so both sides compute it and it never travels itself.
/// </summary>
public sealed class TransferPlan
{
    private TransferPlan(ImmutableArray<Segment> segments)
    {
        Segments = segments;
        foreach (var segment in segments)
        {
            if (segment.Kind == SegmentKind.Data) DataLength += segment.Length;
        }
    }

    /// <summary>The segments, neighbours merged where one continues the other.</summary>
    public ImmutableArray<Segment> Segments { get; }

    /// <summary>How many bytes travel.</summary>
    public long DataLength { get; }

    /// <summary>Plans <paramref name="target"/> from <paramref name="basis"/> (none: only from itself and the wire), in time linear in both but for a binary search per match.</summary>
    public static TransferPlan Between(Manifest target, Manifest? basis)
    {
        ArgumentNullException.ThrowIfNull(target);
        var segments = ImmutableArray.CreateBuilder<Segment>();
        var inBasis = new BasisMatcher(basis);
        var inTarget = new ChunkIndex(target);
        var current = default(Segment);
        for (var i = 0; i < target.Count; i++)
        {
            var chunk = target[i];
            var piece = Locate(target, basis, chunk, current, ref inBasis, inTarget);
            inTarget.Add(i);
            if (i > 0 && Continues(current, piece))
            {
                current = current with { Length = current.Length + piece.Length };
                continue;
            }
            if (i > 0) segments.Add(current);
            current = piece;
        }
        if (target.Count > 0) segments.Add(current);
        return new TransferPlan(segments.DrainToImmutable());
    }

    /// <summary>What is left of the plan once the target's first <paramref name="offset"/> bytes are there; a segment may be cut in two anywhere.</summary>
    public TransferPlan From(long offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var rest = ImmutableArray.CreateBuilder<Segment>();
        foreach (var segment in Segments)
        {
            if (segment.TargetEnd <= offset) continue;
            var done = Math.Max(0, offset - segment.TargetOffset);
            var source = segment.Kind == SegmentKind.Data ? 0 : segment.SourceOffset + done;
            rest.Add(new Segment(segment.Kind, segment.TargetOffset + done, segment.Length - done, source));
        }
        return new TransferPlan(rest.DrainToImmutable());
    }

    /// <summary>Whether the chunker cuts a copied segment in the target as it cut it in the basis: then its chunks need not be cut again to know that they end where they should.
    /// Where one ends depends on nothing but its bytes and the class of its offset.</summary>
    /// <param name="target">What it is a segment of.</param>
    /// <param name="basis">A content whose chunk list is the chunker's own.</param>
    /// <param name="segment">Copied from the basis.</param>
    public static bool KeepsCuts(Manifest target, Manifest basis, in Segment segment)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(basis);
        if (target.Length <= Chunker.SingleChunkLength || basis.Length <= Chunker.SingleChunkLength) return false;
        var (i, j) = (target.IndexAt(segment.TargetOffset), basis.IndexAt(segment.SourceOffset));
        if (i < 0 || j < 0 || target.OffsetOf(i) != segment.TargetOffset || basis.OffsetOf(j) != segment.SourceOffset) return false;
        for (; i < target.Count && target.OffsetOf(i) < segment.TargetEnd; i++, j++)
        {
            if (j == basis.Count || target.Ids[i] != basis.Ids[j] || target.LengthOf(i) != basis.LengthOf(j)) return false;
            if (SizeClass.IndexAt(target.OffsetOf(i)) != SizeClass.IndexAt(basis.OffsetOf(j))) return false;
            // The last one ends where the content does, cut or not.
            if (j == basis.Count - 1 && i != target.Count - 1) return false;
        }

        return target.OffsetOf(i) == segment.TargetEnd;
    }

    private static Segment Locate(Manifest target, Manifest? basis, in Chunk chunk, in Segment current, ref BasisMatcher inBasis, ChunkIndex inTarget)
    {
        var match = inBasis.Match(chunk);
        if (match >= 0) return new Segment(SegmentKind.Copy, chunk.Offset, chunk.Length, basis!.OffsetOf(match));

        // Which earlier one of equal chunks: the one that makes the current segment longer, else the first.
        var first = inTarget.Find(chunk.Id, chunk.Length);
        if (first < 0) return new Segment(SegmentKind.Data, chunk.Offset, chunk.Length, 0);
        if (current.Kind == SegmentKind.CopyTarget)
        {
            var follows = target.IndexAt(current.SourceOffset + current.Length);
            var piece = new Segment(SegmentKind.CopyTarget, chunk.Offset, chunk.Length, target.OffsetOf(follows));
            if (target.Ids[follows] == chunk.Id && target.LengthOf(follows) == chunk.Length && Continues(current, piece)) return piece;
        }
        return new Segment(SegmentKind.CopyTarget, chunk.Offset, chunk.Length, target.OffsetOf(first));
    }

    private static bool Continues(in Segment before, in Segment after)
        => before.Kind == after.Kind && before.Kind switch
        {
            SegmentKind.Data => true,
            SegmentKind.Copy => after.SourceOffset == before.SourceOffset + before.Length,
            // The source must be whole before the copy starts: no byte is read that the same segment writes.
            SegmentKind.CopyTarget => after.SourceOffset == before.SourceOffset + before.Length && after.SourceOffset + after.Length <= before.TargetOffset,
            _ => false,
        };
}
