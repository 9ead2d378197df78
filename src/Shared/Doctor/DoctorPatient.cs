using System.Net;
using Sync.Protocol.Control;
using Sync.Shared.Data;

namespace Sync.Shared.Doctor;

/// <summary>What is looked at: an agent's configuration, and what the agent says of itself if it runs.</summary>
internal sealed record DoctorPatient
{
    /// <summary>"sync-host" or "sync-guest".</summary>
    public required string Program { get; init; }

    public required string StartCommand { get; init; }

    public required DataDirectory Data { get; init; }

    public required IReadOnlyList<DoctorRoot> Roots { get; init; }

    /// <summary>A host's: where guests reach it, or are to reach it; null for a guest.</summary>
    public IPEndPoint? Listen { get; init; }

    /// <summary>A guest's hosts.</summary>
    public IReadOnlyList<DoctorPeer> Hosts { get; init; } = [];

    /// <summary>The agent's own words; null if none runs.</summary>
    public AgentStatus? Status { get; init; }
}
