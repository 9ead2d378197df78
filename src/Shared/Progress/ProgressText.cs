using System.Globalization;
using Sync.Shared.Output;

namespace Sync.Shared.Progress;

/// <summary>Rates and times left, for people.</summary>
internal static class ProgressText
{
    /// <summary>Bytes a second; "" for none.</summary>
    public static string Rate(double bytesPerSecond) => bytesPerSecond >= 1 ? Printable.Bytes((long)bytesPerSecond) + "/s" : "";

    /// <summary>A bar of 20 columns, and the share in percent: never 100 before all is done.</summary>
    /// <param name="done">How much is.</param>
    /// <param name="all">Of how much; 0: nothing to do.</param>
    public static string Bar(long done, long all)
    {
        const int Columns = 20;
        var share = all <= 0 ? 1 : Math.Clamp((double)done / all, 0, 1);
        var full = (int)(share * Columns);
        return string.Create(CultureInfo.InvariantCulture, $"[{new string('#', full)}{new string('-', Columns - full)}] {Math.Floor(share * 100),3:0} %");
    }

    /// <summary>"3 s left", "2 min left", "1 h 5 min left"; "" where it cannot be told.</summary>
    public static string Left(TimeSpan? left) => left switch
    {
        null => "",
        { TotalSeconds: < 1 } => "",
        { TotalMinutes: < 2 } some => string.Create(CultureInfo.InvariantCulture, $"{some.TotalSeconds:0} s left"),
        { TotalHours: < 1 } some => string.Create(CultureInfo.InvariantCulture, $"{some.TotalMinutes:0} min left"),
        { TotalHours: var hours } some => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(hours):0} h {some.Minutes} min left"),
    };
}
