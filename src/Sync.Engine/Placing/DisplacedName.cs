using System.Globalization;
using Sync.Engine.Model;

namespace Sync.Engine.Placing;

/// <summary>
/// Names, in the replica's own directories, of what is exchanged with a user's file: <c>x-ENTRY-NUMBER</c>. Under such a name stands either what is to be put in place, complete, or what came
/// out: after a kill the content tells which, and the entry tells where it belongs.
/// </summary>
internal static class DisplacedName
{
    private const string Prefix = "x-";

    /// <summary>A name for the entry's placement with this number.</summary>
    public static string For(EntryId entry, long number) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{entry.Value}-{number}");

    /// <summary>The entry; null if it is no such name. What follows the number says nothing here.</summary>
    public static EntryId? EntryOf(string name)
    {
        if (!name.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        var rest = name.AsSpan(Prefix.Length);
        var end = rest.IndexOf('-');
        return end > 0 && long.TryParse(rest[..end], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? new EntryId(id) : null;
    }
}
