using Sync.Engine.Model;

namespace Sync.Engine.Replicas;

/// <summary>Placeholder until the engine's own is here.</summary>
public static class HostShare
{
    /// <summary>Opens a share on the host.</summary>
    public static Task<IHostShare> OpenAsync(ReplicaOptions options, SharePolicy policy, CancellationToken cancel) => throw new NotSupportedException("The engine is not built in.");
}
