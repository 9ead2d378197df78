using System.Globalization;

namespace Sync.Shared.Output;

/// <summary>Lengths of time and sizes as people type them: 500ms, 60s, 10m, 1h, 30d; 64M, 10G.</summary>
internal static class Quantity
{
    /// <summary>Reads a length of time; a bare number is seconds.</summary>
    public static bool TryParseTime(string text, out TimeSpan time)
    {
        var digits = text.TrimEnd('a', 'b', 'c', 'd', 'h', 'm', 's');
        var factor = text[digits.Length..] switch
        {
            "ms" => TimeSpan.FromMilliseconds(1),
            "" or "s" => TimeSpan.FromSeconds(1),
            "m" => TimeSpan.FromMinutes(1),
            "h" => TimeSpan.FromHours(1),
            "d" => TimeSpan.FromDays(1),
            _ => TimeSpan.Zero,
        };
        time = TimeSpan.Zero;
        if (factor == TimeSpan.Zero
            || !double.TryParse(digits, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || number * factor.TotalDays > 36_500)
            return false;
        time = number * factor;
        return true;
    }

    /// <summary>Reads a size in bytes; K, M, G and T are powers of 1,024.</summary>
    public static bool TryParseBytes(string text, out long bytes)
    {
        bytes = 0;
        var trimmed = text.EndsWith('B') || text.EndsWith('b') ? text[..^1] : text;
        if (trimmed.Length == 0)
            return false;
        var shift = char.ToUpperInvariant(trimmed[^1]) switch { 'K' => 10, 'M' => 20, 'G' => 30, 'T' => 40, _ => 0 };
        var digits = shift == 0 ? trimmed : trimmed[..^1];
        if (!long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > long.MaxValue >> shift)
            return false;
        bytes = number << shift;
        return true;
    }
}
