using Sync.Protocol.Control;

namespace Sync.Shared.Replicas;

/// <summary>The replicas of one agent, for the commands that host and guest share.</summary>
internal interface IReplicaSet
{
    /// <summary>True in sync-host.</summary>
    bool IsHost { get; }

    /// <summary>The replicas now; a new list whenever one comes or goes.</summary>
    IReadOnlyList<ReplicaSlot> Slots { get; }

    /// <summary>Completes when <see cref="Slots"/> is another list than <paramref name="since"/>.</summary>
    Task SlotsChangedAsync(IReadOnlyList<ReplicaSlot> since, CancellationToken cancel);

    /// <summary>What is true of the whole agent: version, name, fingerprint, addresses. Without replicas.</summary>
    AgentStatus Describe();

    /// <summary>The names of guests that this agent knows of: on the host all that are paired, on a guest its own.</summary>
    IEnumerable<string> GuestNames { get; }

    /// <summary>Remembers that a person paused a replica, or let it go on.</summary>
    void RememberPause(ReplicaSlot slot, bool paused);

    /// <summary>What the host knows of a share's guests that are not in the engine's status; adds them to the message.</summary>
    void AddKnownGuests(ReplicaInfo info);
}
