using System.Globalization;
using Sync.Shared.Output;

namespace Sync.Web.Dashboard.Model;

/// <summary>Figures as people read them.</summary>
public static class Spoken
{
    /// <summary>A count with its digits grouped.</summary>
    public static string Number(long count) => Printable.Count(count);

    /// <summary>A count with its word: "1 file", "312 files".</summary>
    public static string Count(long count, string one, string many) => Number(count) + " " + (count == 1 ? one : many);

    /// <summary>A size.</summary>
    public static string Bytes(long bytes) => Printable.Bytes(bytes);

    /// <summary>A rate, of bytes a second.</summary>
    public static string Rate(double bytes) => Printable.Bytes((long)bytes) + "/s";

    /// <summary>A round trip.</summary>
    public static string Milliseconds(double ms) => ms.ToString(ms < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + " ms";

    /// <summary>A length of time, in its largest units: "4 s", "3 min", "2 h 10 min", "5 d".</summary>
    public static string Length(TimeSpan time) => time switch
    {
        { TotalSeconds: < 60 } => Invariant($"{Math.Max(0, Math.Floor(time.TotalSeconds)):0} s"),
        { TotalMinutes: < 60 } => Invariant($"{Math.Floor(time.TotalMinutes):0} min"),
        { TotalHours: < 10, Minutes: > 0 } => Invariant($"{Math.Floor(time.TotalHours):0} h {time.Minutes} min"),
        { TotalHours: < 48 } => Invariant($"{Math.Floor(time.TotalHours):0} h"),
        _ => Invariant($"{Math.Floor(time.TotalDays):0} d"),
    };

    /// <summary>How long ago something was.</summary>
    public static string Ago(TimeSpan time) => time < TimeSpan.FromSeconds(5) ? "just now" : Length(time) + " ago";

    /// <summary>How long something will take.</summary>
    public static string Left(TimeSpan time) => time < TimeSpan.FromSeconds(1) ? "a moment left" : time > TimeSpan.FromDays(30) ? "long left" : Length(time) + " left";

    /// <summary>A sentence's beginning.</summary>
    public static string Sentence(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
