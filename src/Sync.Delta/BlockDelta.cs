namespace Sync.Delta;

/// <summary>A piece of a content as a delta: what to copy from the basis, and the bytes in between.</summary>
/// <param name="Steps">See <see cref="BlockDeltaReader"/>.</param>
/// <param name="Literals">The bytes in between, all together.</param>
public readonly record struct BlockDelta(ReadOnlyMemory<byte> Steps, ReadOnlyMemory<byte> Literals);
