namespace Sync.Shared.Replicas;

/// <summary>How commands name a replica.</summary>
/// <param name="Share">The share's name.</param>
/// <param name="Path">The directory.</param>
/// <param name="SubPath">The part of the share, "" for all of it.</param>
/// <param name="Host">A guest's way to its host; "" on the host.</param>
internal sealed record ReplicaLabel(string Share, string Path, string SubPath = "", string Host = "");
