using System.Globalization;

namespace Sync.Shared.Doctor.Firewalls;

/// <summary>Ports as firewalls write them: 7443, 7000-8000, 7000:8000, each with /tcp or nothing behind.</summary>
internal static class PortText
{
    /// <summary>Whether it means that TCP port.</summary>
    public static bool Covers(string text, int port)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && !text.AsSpan(slash + 1).Equals("tcp", StringComparison.OrdinalIgnoreCase))
            return false;
        var range = slash >= 0 ? text[..slash] : text;
        var split = range.IndexOfAny(['-', ':']);
        if (split < 0)
            return Parse(range) is { } one && one == port;
        return Parse(range[..split]) is { } first && Parse(range[(split + 1)..]) is { } last && first <= port && port <= last;
    }

    private static int? Parse(string text) =>
        ushort.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
}
