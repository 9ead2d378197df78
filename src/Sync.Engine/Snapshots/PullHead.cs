using Sync.Engine.Model;

namespace Sync.Engine.Snapshots;

/// <summary>What a pull will bring.</summary>
/// <param name="Revision">Of the share.</param>
/// <param name="TreeHash">SHA-256 over the tree's records.</param>
/// <param name="Entries">How many.</param>
/// <param name="Files">How many of them are files.</param>
/// <param name="Bytes">Of all files.</param>
/// <param name="RecordBytes">Of all records.</param>
/// <param name="IsKnown">It is the tree that the guest said it has: no records follow.</param>
public sealed record PullHead(Revision Revision, ReadOnlyMemory<byte> TreeHash, int Entries, long Files, long Bytes, long RecordBytes, bool IsKnown)
{
    /// <summary>Whether the host can be asked for chunk lists, and for parts of contents.</summary>
    public bool HasChunks { get; init; }

    /// <summary>The tag it was asked for by; "": none.</summary>
    public string Tag { get; init; } = "";
}
