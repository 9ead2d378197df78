using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Engine.Replicas;

/// <summary>A guest of a share, as the host sees it.</summary>
public sealed record GuestStatus(
    string Name, string Fingerprint, bool Connected, Revision Applied, long PendingEntries, long PendingBytes, IReadOnlyList<Problem> Problems)
{
    /// <summary>The last measured round trip; null while it is not connected, or was not measured yet.</summary>
    public TimeSpan? RoundTrip { get; init; }

    /// <summary>From a save elsewhere until it stands on this guest, the middle of the latest 16; null while it is not connected, or none was measured yet.</summary>
    public TimeSpan? SaveLatency { get; init; }

    /// <summary>When it was connected last; null if it is, or was not since the host started.</summary>
    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>It is here to push alone: no agent of it follows the share now.</summary>
    public bool IsVisit { get; init; }
}
