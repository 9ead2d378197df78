namespace Sync.Bench.Scale;

/// <summary>What a <see cref="SyntheticTree"/> has put on disk.</summary>
internal sealed record MadeTree(int Files, int Directories, long Bytes);
