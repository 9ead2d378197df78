namespace Sync.Engine.Replicas;

/// <summary>A conflict copy that stands in the tree.</summary>
/// <param name="Path">The original's path.</param>
/// <param name="CopyPath">The copy's path.</param>
/// <param name="Replica">Whose bytes the copy holds: a guest's name, or "host".</param>
/// <param name="At">When it was decided.</param>
/// <param name="Size">The copy's size in bytes.</param>
public sealed record Conflict(string Path, string CopyPath, string Replica, DateTimeOffset At, long Size);
