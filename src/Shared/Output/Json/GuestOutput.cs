using Sync.Protocol.Control;

namespace Sync.Shared.Output.Json;

/// <summary>A paired guest and its rights.</summary>
internal sealed record GuestOutput(string Name, string Fingerprint, DateTimeOffset PairedAt, IReadOnlyList<RightOutput> Rights, bool Ephemeral)
{
    public static GuestOutput From(GuestInfo guest) => new(
        guest.Name,
        guest.Fingerprint,
        Text.Moment(guest.PairedAtUnixMs),
        [.. guest.Rights.Select(r => new RightOutput(r.Share, r.ReadOnly, Text.OrNull(r.Direction), Text.OrNull(r.Conflicts), r.Ephemeral, r.Visits))],
        guest.Ephemeral);
}
