using Sync.Engine.Model;

namespace Sync.Engine.Replicas;

/// <summary>Something the version store holds.</summary>
/// <param name="Id">Names it in commands.</param>
/// <param name="Path">Where it stood.</param>
/// <param name="Kind">File or symlink (or a directory, displaced whole).</param>
/// <param name="Size">Bytes.</param>
/// <param name="MtimeNs">Its mtime, ns since 1970 UTC.</param>
/// <param name="DisplacedAt">When sync displaced it.</param>
/// <param name="Reason">"replaced", "deleted", "conflict", "reverted", "torn", "swept".</param>
public sealed record StoredVersion(
    string Id, string Path, EntryKind Kind, long Size, long MtimeNs, DateTimeOffset DisplacedAt, string Reason);
