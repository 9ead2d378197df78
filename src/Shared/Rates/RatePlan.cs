namespace Sync.Shared.Rates;

/// <summary>All limits that are set. Pure: what holds is a matter of the time alone.</summary>
internal sealed record RatePlan
{
    /// <summary>Of all peers together.</summary>
    public RatePair All { get; init; }

    /// <summary>Of single guests, by name.</summary>
    public IReadOnlyDictionary<string, RatePair> Guests { get; init; } = new Dictionary<string, RatePair>(StringComparer.Ordinal);

    /// <summary>Those for some hours; of several the first that holds counts.</summary>
    public IReadOnlyList<RateWindow> Windows { get; init; } = [];

    /// <summary>What holds at a local time for all together, or (<paramref name="guest"/>) for one guest.</summary>
    public RatePair At(DateTime local, string? guest = null)
    {
        var usual = guest is null ? All : Guests.GetValueOrDefault(guest);
        var window = Windows.FirstOrDefault(w => string.Equals(w.Guest, guest, StringComparison.Ordinal) && w.Holds(local));
        return window is null ? usual : new RatePair(window.Up ?? usual.Up, window.Down ?? usual.Down);
    }
}
