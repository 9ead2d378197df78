using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Sync.Engine.Journal;

/// <summary>Names of conflict copies: <c>stem (conflict GUEST 2026-11-22 10.15.00).ext</c>, UTC, at most 255 bytes, never nested.</summary>
internal static partial class ConflictName
{
    private const int MaxBytes = 255;

    /// <summary>A name that is free, for a copy of <paramref name="name"/>.</summary>
    public static string For(string name, string replica, DateTimeOffset at, Func<string, bool> isTaken)
    {
        var original = OriginalOf(name) ?? name;
        // A leading dot is no extension, and "tar.gz" is cut at its last dot: editors and shells do the same.
        var dot = original.LastIndexOf('.');
        var (stem, extension) = dot > 0 ? (original[..dot], original[dot..]) : (original, "");
        if (Encoding.UTF8.GetByteCount(extension) > 32) (stem, extension) = (original, "");
        var time = at.UtcDateTime.ToString("yyyy-MM-dd HH.mm.ss", CultureInfo.InvariantCulture);
        for (var n = 1; ; n++)
        {
            var mark = n == 1 ? $" (conflict {Plain(replica)} {time})" : $" (conflict {Plain(replica)} {time} {n.ToString(CultureInfo.InvariantCulture)})";
            var candidate = Cut(stem, MaxBytes - Encoding.UTF8.GetByteCount(mark) - Encoding.UTF8.GetByteCount(extension)) + mark + extension;
            if (!isTaken(candidate)) return candidate;
        }
    }

    /// <summary>The original's name if this is a conflict copy's, else null.</summary>
    public static string? OriginalOf(string name) =>
        Pattern().Match(name) is { Success: true } match ? match.Groups["stem"].Value + match.Groups["ext"].Value : null;

    /// <summary>Whose copy it is and of when, if it is one.</summary>
    public static (string Replica, DateTimeOffset At)? Parse(string name)
    {
        var match = Pattern().Match(name);
        if (!match.Success) return null;
        return DateTimeOffset.TryParseExact(match.Groups["time"].Value, "yyyy-MM-dd HH.mm.ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? (match.Groups["replica"].Value, at)
            : null;
    }

    /// <summary>Whether it is a copy of this replica's.</summary>
    public static bool IsOf(string name, string replica) => Parse(name)?.Replica == Plain(replica);

    private static string Plain(string replica) => replica.Replace('/', '_').Replace(')', '_');

    private static string Cut(string text, int bytes)
    {
        while (Encoding.UTF8.GetByteCount(text) > bytes)
            text = text[..^(text.Length > 1 && char.IsLowSurrogate(text[^1]) ? 2 : 1)];
        return text;
    }

    // Without a limit of time: a name is short, and a thread that got no processor for a second would take a name that it could not judge for a defect.
    [GeneratedRegex(@"^(?<stem>.*) \(conflict (?<replica>[^)]+) (?<time>\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d)( \d+)?\)(?<ext>\.[^.]*)?$", RegexOptions.ExplicitCapture | RegexOptions.Singleline, Timeout.Infinite)]
    private static partial Regex Pattern();
}
