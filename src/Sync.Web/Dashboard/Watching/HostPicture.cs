using System.Collections.Immutable;
using Sync.Protocol.Control;

namespace Sync.Web.Dashboard.Watching;

/// <summary>What a token's owner can see of the host, at one moment. Immutable.</summary>
internal sealed record HostPicture
{
    /// <summary>Before the host has answered.</summary>
    public static HostPicture Empty { get; } = new();

    /// <summary>The host and its shares; null until it has answered. Never changed.</summary>
    public AgentStatus? Status { get; init; }

    /// <summary>The latest events, newest first.</summary>
    public IReadOnlyList<Event> Events { get; init; } = [];

    /// <summary>Shares where nothing moves until a job says so: they are paused, and nobody has to resume them.</summary>
    public ImmutableHashSet<string> OnDemand { get; init; } = [];

    /// <summary>How fast each share and guest moves.</summary>
    public Rates Rates { get; init; } = Rates.None;

    /// <summary>Why nothing new comes, for people; null if all is well.</summary>
    public string? Trouble { get; init; }

    /// <summary>Whether the token is not good any more.</summary>
    public bool SignedOut { get; init; }
}
