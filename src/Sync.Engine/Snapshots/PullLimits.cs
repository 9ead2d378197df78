namespace Sync.Engine.Snapshots;

/// <summary>The figures of a pull. They are part of the protocol.</summary>
public static class PullLimits
{
    /// <summary>The bytes of a piece, its numbers included; large enough that what a message costs is little beside its bytes.</summary>
    public const int MaxPiece = 512 << 10;

    /// <summary>Where whole contents are cut into pieces: a content up to this length travels whole. With the numbers of its entries a piece fits a pooled buffer of 256 KiB.</summary>
    public const int PieceBytes = 248 << 10;

    /// <summary>The longest content that travels whole.</summary>
    public const int MaxWhole = PieceBytes;

    /// <summary>The longest chunk list, in bytes; a content of more chunks travels whole.</summary>
    public const int MaxChunkList = 16 << 20;

    /// <summary>Runs of wants in one message.</summary>
    public const int MaxRuns = 16 << 10;

    /// <summary>Pulls of one guest at a time.</summary>
    public const int MaxPulls = 256;

    /// <summary>The longest name of a tag, or a revision as text, in bytes.</summary>
    public const int MaxAt = 255;
}
