using System.Collections.Immutable;

namespace Sync.Web.Dashboard.Watching;

/// <summary>How fast content moves, in bytes a second, smoothed over a few seconds. Immutable.</summary>
public sealed record Rates
{
    /// <summary>Nothing moves.</summary>
    public static Rates None { get; } = new();

    /// <summary>To guests, by share.</summary>
    public ImmutableDictionary<string, double> Sent { get; init; } = ImmutableDictionary<string, double>.Empty;

    /// <summary>From guests, by share.</summary>
    public ImmutableDictionary<string, double> Received { get; init; } = ImmutableDictionary<string, double>.Empty;

    /// <summary>By how much less a guest waits for, by share and fingerprint.</summary>
    public ImmutableDictionary<(string Share, string Guest), double> Guests { get; init; } = ImmutableDictionary<(string Share, string Guest), double>.Empty;
}
