namespace Sync.Shared.Rates;

/// <summary>Limits for some hours of some days.</summary>
/// <param name="Days">On which it begins.</param>
/// <param name="From">When it begins, local time.</param>
/// <param name="To">When it ends; at or before <paramref name="From"/>: on the next day.</param>
/// <param name="Guest">Whose limits they are; null: those of all together.</param>
/// <param name="Up">Bytes a second sent; null: as at other times.</param>
/// <param name="Down">Bytes a second received; null: as at other times.</param>
internal sealed record RateWindow(WeekDays Days, TimeOnly From, TimeOnly To, string? Guest, long? Up, long? Down)
{
    /// <summary>Whether it holds at a local time.</summary>
    public bool Holds(DateTime local)
    {
        var time = TimeOnly.FromDateTime(local);
        if (From < To)
            return Days.Contains(local.DayOfWeek) && time >= From && time < To;
        // Over midnight: begun today, or yesterday and not ended yet.
        return (Days.Contains(local.DayOfWeek) && time >= From) || (Days.Contains(local.AddDays(-1).DayOfWeek) && time < To);
    }
}
