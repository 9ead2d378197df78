namespace Sync.Delta;

/// <summary>A range of the target, and where its bytes come from.</summary>
/// <param name="Kind">The source.</param>
/// <param name="TargetOffset">Where the range starts in the target.</param>
/// <param name="Length">How long it is: at least 1 byte, of any number of chunks.</param>
/// <param name="SourceOffset">Where its bytes start in the basis (<see cref="SegmentKind.Copy"/>) or in the target (<see cref="SegmentKind.CopyTarget"/>); else 0.</param>
public readonly record struct Segment(SegmentKind Kind, long TargetOffset, long Length, long SourceOffset)
{
    /// <summary>Where the range ends in the target.</summary>
    public long TargetEnd => TargetOffset + Length;
}
