namespace Sync.EndToEnd.Tests.Harness;

/// <summary>What one path is, as far as replicas must agree on it.</summary>
/// <param name="Kind">"file", "directory" or "symlink".</param>
/// <param name="Mode">Permission bits; 0 for links, which have none of their own.</param>
/// <param name="MtimeNs">0 for directories, which are not compared.</param>
/// <param name="Content">A file's SHA-256 and size, or a link's target.</param>
internal sealed record SnapshotEntry(string Kind, int Mode, long MtimeNs, string Content);
