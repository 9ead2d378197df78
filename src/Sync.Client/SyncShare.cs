using Sync.Protocol.Control;

namespace Sync.Client;

/// <summary>A share on the host at one moment.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">scanning, syncing, in-sync, paused or halted.</param>
/// <param name="Reason">Why, for people; null if there is nothing to say.</param>
/// <param name="Files">Files in it.</param>
/// <param name="Bytes">Bytes in them.</param>
/// <param name="Conflicts">Conflict copies in the tree.</param>
/// <param name="Problems">How many paths are not in sync.</param>
public sealed record SyncShare(string Name, string State, string? Reason, long Files, long Bytes, int Conflicts, int Problems)
{
    internal static SyncShare From(ReplicaInfo info) =>
        new(info.Name, info.State, info.Reason.Length == 0 ? null : info.Reason, info.Files, info.Bytes, info.Conflicts, info.ProblemCount);
}
