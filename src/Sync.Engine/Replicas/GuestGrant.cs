using Sync.Engine.Model;

namespace Sync.Engine.Replicas;

/// <summary>What a guest may do with a share; kept by the host's registry, handed to the engine with each session.</summary>
public sealed record GuestGrant(string Fingerprint, string Name, bool ReadOnly, SyncDirection? Direction, ConflictPolicy? Conflicts)
{
    /// <summary>The guest is known while it is connected, and no flush of all guests waits for it.</summary>
    public bool IsEphemeral { get; init; }
}
