namespace Sync.Engine.Tags;

/// <summary>How far a tag is.</summary>
/// <param name="Round">From 1 on; another one is made where files changed meanwhile.</param>
/// <param name="Files">Contents kept in this round.</param>
/// <param name="OfFiles">Contents to be kept in it.</param>
/// <param name="Bytes">Kept in this round.</param>
/// <param name="OfBytes">To be kept in it.</param>
public readonly record struct TagProgress(int Round, long Files, long OfFiles, long Bytes, long OfBytes);
