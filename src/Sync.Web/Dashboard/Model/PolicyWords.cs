namespace Sync.Web.Dashboard.Model;

/// <summary>The words of a policy, for people.</summary>
public static class PolicyWords
{
    /// <summary>Where changes go.</summary>
    public static IReadOnlyList<(string Value, string Words)> Directions { get; } =
    [
        ("two-way", "Both ways"), ("to-guest", "From the host to guests"), ("to-host", "From guests to the host"), ("mirror", "Guests are exact copies of the host"),
    ];

    /// <summary>What becomes of a conflict.</summary>
    public static IReadOnlyList<(string Value, string Words)> Conflicts { get; } =
    [
        ("keep-both", "Both are kept"), ("host-wins", "The host's wins"), ("guest-wins", "The guest's wins"), ("newest-wins", "The newest wins"),
    ];

    /// <summary>A direction.</summary>
    public static string Direction(string value) => Directions.FirstOrDefault(d => string.Equals(d.Value, value, StringComparison.Ordinal)).Words ?? value;
}
