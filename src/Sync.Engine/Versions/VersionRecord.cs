using System.Globalization;
using Sync.Delta;
using Sync.Engine.Model;
using Sync.Engine.Replicas;

namespace Sync.Engine.Versions;

/// <summary>One line of the version log: a version that is there, or is about to be.</summary>
internal sealed record VersionRecord(
    string Id, string Path, EntryKind Kind, long Size, long MtimeNs, long DisplacedAtMs, string Reason, ContentId Content)
{
    /// <summary>Digits of an id: 12 of its time (ms since 1970 UTC), so that ids sort by age, and 8 random ones.</summary>
    public const int IdLength = 20;

    /// <summary>A new id.</summary>
    public static string NewId(long atMs, Random random) =>
        string.Create(CultureInfo.InvariantCulture, $"{atMs & 0xFFFF_FFFF_FFFF:x12}{(uint)random.NextInt64():x8}");

    /// <summary>True for what <see cref="NewId"/> makes; a name from a command is checked by it before it becomes a path.</summary>
    public static bool IsId(string? id)
    {
        if (id is not { Length: IdLength }) return false;
        foreach (var c in id)
        {
            if (!char.IsAsciiHexDigitLower(c)) return false;
        }

        // Later than any date that can be told is none.
        return TimeOf(id) <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
    }

    /// <summary>The time in an id, ms since 1970 UTC.</summary>
    public static long TimeOf(string id) => long.Parse(id.AsSpan(0, 12), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    /// <summary>As commands see it.</summary>
    public StoredVersion ToStoredVersion() =>
        new(Id, Path, Kind, Size, MtimeNs, DateTimeOffset.FromUnixTimeMilliseconds(DisplacedAtMs), Reason);
}
