using System.Globalization;
using System.Text;

namespace Sync.Web.Dashboard.Model;

/// <summary>One line of a chart.</summary>
/// <param name="Name">What it shows.</param>
/// <param name="Css">Its style's name.</param>
/// <param name="Values">One per second, the newest last; null where there is none.</param>
public sealed record ChartLine(string Name, string Css, IReadOnlyList<double?> Values)
{
    /// <summary>The largest; zero if there is none.</summary>
    public double Most => Values.Max() ?? 0;

    /// <summary>The newest; null if there is none.</summary>
    public double? Now => Values.Count > 0 ? Values[^1] : null;

    /// <summary>The path of an SVG of <paramref name="width"/> seconds and a height of 100.</summary>
    /// <param name="width">Seconds from left to right; the newest value is at the right.</param>
    /// <param name="top">The value at the upper edge; above zero.</param>
    /// <param name="area">Whether the path encloses what is below the line.</param>
    public string Path(int width, double top, bool area)
    {
        var path = new StringBuilder();
        var first = width - Values.Count;
        int? begun = null;
        for (var i = 0; i < Values.Count; i++)
        {
            if (Values[i] is not { } value)
            {
                Close(path, begun, first + i - 1, area);
                begun = null;
                continue;
            }

            var y = 100 - (Math.Clamp(value / top, 0, 1) * 100);
            if (begun is null && area)
                path.Append(CultureInfo.InvariantCulture, $"M{first + i} 100L{first + i} {y:0.#}");
            else
                path.Append(CultureInfo.InvariantCulture, $"{(begun is null ? 'M' : 'L')}{first + i} {y:0.#}");
            begun ??= first + i;
        }

        Close(path, begun, width - 1, area);
        return path.ToString();
    }

    private static void Close(StringBuilder path, int? begun, int last, bool area)
    {
        if (begun is not null && area)
            path.Append(CultureInfo.InvariantCulture, $"L{last} 100Z");
    }
}
