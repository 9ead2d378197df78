using System.Globalization;
using System.Text;

namespace Sync.Shared.Output;

/// <summary>Text for people, from values that others chose: a file's name must not move the cursor or forge a line.</summary>
internal static class Printable
{
    /// <summary>The text on one line; what would not show, or would steer the terminal, as an escape.</summary>
    public static string Text(string value)
    {
        var clean = true;
        foreach (var c in value)
            clean &= !Steers(c);
        if (clean)
            return value;

        var text = new StringBuilder(value.Length + 16);
        foreach (var c in value)
        {
            if (Steers(c))
                text.Append("\\u").Append(((int)c).ToString("x4", CultureInfo.InvariantCulture));
            else
                text.Append(c);
        }

        return text.ToString();
    }

    /// <summary>Bytes in the largest unit that keeps a digit before the point.</summary>
    public static string Bytes(long bytes)
    {
        string[] units = ["B", "KB", "MB", "GB", "TB", "PB"];
        double value = bytes;
        var unit = 0;
        while (Math.Abs(value) >= 999.5 && unit < units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        var format = unit == 0 || value >= 99.95 ? "0" : "0.0";
        return value.ToString(format, CultureInfo.InvariantCulture) + " " + units[unit];
    }

    /// <summary>A count with its digits grouped.</summary>
    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A moment, in UTC.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    // Controls, line and paragraph separators, and the marks that reverse the reading direction.
    private static bool Steers(char c) => char.IsControl(c) || char.GetUnicodeCategory(c) is
        UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
