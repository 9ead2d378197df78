using System.Globalization;
using Sync.Shared.Output;

namespace Sync.Shared.Progress;

/// <summary>Rates and times left, for people.</summary>
internal static class ProgressText
{
    /// <summary>Bytes a second; "" for none.</summary>
    public static string Rate(double bytesPerSecond) => bytesPerSecond >= 1 ? Printable.Bytes((long)bytesPerSecond) + "/s" : "";

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
