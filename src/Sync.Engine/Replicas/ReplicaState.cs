namespace Sync.Engine.Replicas;

/// <summary>What a replica is doing.</summary>
public enum ReplicaState
{
    /// <summary>First look at the disk.</summary>
    Scanning,

    /// <summary>No link to the host; watching goes on.</summary>
    Disconnected,

    /// <summary>Something is on its way.</summary>
    Syncing,

    /// <summary>Nothing waits.</summary>
    InSync,

    /// <summary>Paused by a person, here or on the host.</summary>
    Paused,

    /// <summary>Stopped for safety; the reason says what to do.</summary>
    Halted,

    /// <summary>Refused by the host (revoked, a clone, share removed): it will not come back by itself.</summary>
    Refused,
}
