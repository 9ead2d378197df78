namespace Sync.Delta;

/// <summary>A content-defined piece of a content: SHA-256 of its bytes, where it starts, how long it is.</summary>
public readonly record struct Chunk(ChunkId Id, long Offset, int Length);
