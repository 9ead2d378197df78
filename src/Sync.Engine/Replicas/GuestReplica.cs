using Sync.Engine.Link;

namespace Sync.Engine.Replicas;

/// <summary>Placeholder until the engine's own is here.</summary>
public static class GuestReplica
{
    /// <summary>Opens a guest's replica.</summary>
    public static Task<IReplica> OpenAsync(ReplicaOptions options, IHostConnector connector, CancellationToken cancel) => throw new NotSupportedException("The engine is not built in.");
}
