namespace Sync.Delta;

/// <summary>Where a segment's bytes come from.</summary>
public enum SegmentKind : byte
{
    /// <summary>They travel.</summary>
    Data = 0,

    /// <summary>The receiver has them in the basis.</summary>
    Copy = 1,

    /// <summary>They are in the target itself, wholly before the segment.</summary>
    CopyTarget = 2,
}
