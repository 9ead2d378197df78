using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>A guest of a share, as its host sees it.</summary>
internal sealed record ReplicaGuestOutput(
    string Name, string Fingerprint, bool Connected, long Applied, long PendingEntries, long PendingBytes, IReadOnlyList<ProblemOutput> Problems,
    double? RoundTripMs, double? SaveMs, DateTimeOffset? LastSeen)
{
    public static ReplicaGuestOutput From(ReplicaGuestInfo guest) => new(
        guest.Name, guest.Fingerprint, guest.Connected, guest.Applied, guest.PendingEntries, guest.PendingBytes, ProblemOutput.From(guest.Problems),
        guest.HasRoundTripMs ? guest.RoundTripMs : null, guest.HasSaveMs ? guest.SaveMs : null, guest.LastSeenUnixMs > 0 ? Text.Moment(guest.LastSeenUnixMs) : null);
}
