using System.Globalization;

namespace Sync.Bench.Compare;

/// <summary>Numbers as the tables write them.</summary>
internal static class Figures
{
    public const string None = "–";

    /// <summary>Seconds, or milliseconds below a tenth.</summary>
    public static string Time(double? seconds) => seconds switch
    {
        null => None,
        < 0.1 => Text($"{seconds * 1e3:0.0} ms"),
        < 10 => Text($"{seconds:0.00} s"),
        _ => Text($"{seconds:0.0} s"),
    };

    /// <summary>The median, and the least and the most where there were several.</summary>
    public static string Spread(IEnumerable<double?> seconds)
    {
        var all = seconds.OfType<double>().Order().ToArray();
        return all.Length > 1 ? $"{Time(Results.Median(all.Select(s => (double?)s)))} ({Time(all[0])}–{Time(all[^1])})" : Time(all.Length is 0 ? null : all[0]);
    }

    public static string Ratio(double? ratio) => ratio is null ? None : Text($"{ratio:0.00}");

    /// <summary>MB are 10⁶ bytes.</summary>
    public static string Bytes(double? bytes) => bytes switch
    {
        null => None,
        < 1_000 => Text($"{bytes:0} B"),
        < 10_000_000 => Text($"{bytes / 1e6:0.000} MB"),
        _ => Text($"{bytes / 1e6:0.0} MB"),
    };

    public static string Megabytes(double? megabytes) => megabytes is null ? None : Text($"{megabytes:0} MB");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
