namespace Sync.Engine.LineEnds;

/// <summary>What a file has on disk that its entry does not say, because other bytes stand there for it.</summary>
/// <param name="Length">On disk, in bytes.</param>
internal sealed record DiskForm(long Length);
