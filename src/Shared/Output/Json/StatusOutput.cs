using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary><c>status --json</c>.</summary>
internal sealed record StatusOutput(
    string Role, string Version, string Name, string Fingerprint, string? Listen, string DataDirectory, int ProcessId, IReadOnlyList<ReplicaOutput> Shares)
{
    public static StatusOutput From(AgentStatus status) => new(
        status.Role,
        status.Version,
        status.Name,
        status.Fingerprint,
        Text.OrNull(status.Listen),
        status.DataDirectory,
        status.ProcessId,
        [.. status.Shares.Select(ReplicaOutput.From)]);
}
