using Sync.Protocol.Control;

namespace Sync.Web.Dashboard.Model;

/// <summary>A paired guest, over all its shares. Pure.</summary>
/// <param name="Name">As the host knows it.</param>
/// <param name="Fingerprint">64 hex digits.</param>
/// <param name="Shares">What it may use, and how it stands there.</param>
public sealed record GuestView(string Name, string Fingerprint, IReadOnlyList<(string Share, ReplicaGuestInfo State)> Shares)
{
    /// <summary>Whether it is connected to any share.</summary>
    public bool Connected => Shares.Any(s => s.State.Connected);

    /// <summary>What it waits for.</summary>
    public long Pending => Shares.Where(s => s.State.Connected).Sum(s => s.State.PendingEntries);

    /// <summary>What it could not do.</summary>
    public int Problems => Shares.Sum(s => s.State.Problems.Count);

    /// <summary>Its round trip, in ms; null if none was measured.</summary>
    public double? RoundTrip => Shares.Where(s => s.State.HasRoundTripMs).Select(s => (double?)s.State.RoundTripMs).Min();

    /// <summary>From a save until it stands there, in ms, the slowest of its shares; null if none was measured.</summary>
    public double? Save => Shares.Where(s => s.State.HasSaveMs).Select(s => (double?)s.State.SaveMs).Max();

    /// <summary>How far away it is, for people.</summary>
    public string Latency => (Save, RoundTrip) switch
    {
        ({ } save, { } trip) => $"{Spoken.Milliseconds(save)} from save to there, {Spoken.Milliseconds(trip)} round trip",
        ({ } save, null) => $"{Spoken.Milliseconds(save)} from save to there",
        (null, { } trip) => Spoken.Milliseconds(trip) + " round trip",
        _ => "Round trip not measured yet",
    };

    /// <summary>When it was connected last; null if it is, or was not since the host started.</summary>
    public DateTimeOffset? LastSeen => !Connected && Shares.Max(s => s.State.LastSeenUnixMs) is > 0 and var at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    /// <summary>How it stands.</summary>
    public ShareState State(DateTimeOffset now) => this switch
    {
        { Connected: false, LastSeen: { } seen } => new ShareState(Tone.Quiet, "Away", "Last seen " + Spoken.Ago(now - seen)),
        { Connected: false } => new ShareState(Tone.Quiet, "Away", "Not seen since the host started"),
        { Problems: > 0 } => new ShareState(Tone.Warn, "Connected, " + Spoken.Count(Problems, "problem", "problems"), Shares.SelectMany(s => s.State.Problems).First().Message),
        { Pending: > 0 } => new ShareState(Tone.Busy, Spoken.Count(Pending, "file", "files") + " behind", ""),
        _ => new ShareState(Tone.Good, "In sync", ""),
    };

    /// <summary>All guests of all shares, by name.</summary>
    public static IReadOnlyList<GuestView> Of(AgentStatus status) =>
    [
        .. status.Shares
            .SelectMany(s => s.Guests.Select(g => (Share: s.Name, State: g)))
            .GroupBy(g => g.State.Fingerprint, StringComparer.Ordinal)
            .Select(g => new GuestView(g.First().State.Name, g.Key, [.. g.OrderBy(x => x.Share, StringComparer.OrdinalIgnoreCase)]))
            .OrderBy(g => g.Name, StringComparer.OrdinalIgnoreCase),
    ];
}
