namespace Sync.Engine.Snapshots;

/// <summary>What a <see cref="PullPiece"/> holds. Numbers are varints.</summary>
public enum PullPieceKind : byte
{
    /// <summary>Whole contents, one after the other: the entry's number, the length, the bytes.</summary>
    Contents = 1,

    /// <summary>A part of a long content: the entry's number, the offset, the bytes.</summary>
    Data = 2,

    /// <summary>A part of a content's chunk list: the entry's number, the list's length in bytes (0: the host has none), the offset, the bytes.</summary>
    Chunks = 4,

    /// <summary>Contents that cannot be had as they were: the entry's number, whether it could not be read (1) or is another by now (0).</summary>
    Gone = 3,
}
