using Sync.Engine.Model;

namespace Sync.Engine.Trees;

/// <summary>Which facets of two states of one entry differ. Null and tombstone are the same absence.</summary>
internal sealed record FacetComparer(long MtimeGrainNs = 1, bool Modes = true, bool LinkTimes = true)
{
    /// <summary>Owners count; as the share's policy says at the time. An unknown one is another than any that is known: it is told.</summary>
    public bool Ownership { get; set; }

    public Facets Difference(Entry? a, Entry? b)
    {
        if (ReferenceEquals(a, b)) return Facets.None;
        var aLives = a is { Deleted: false };
        var bLives = b is { Deleted: false };
        if (!aLives && !bLives) return Facets.None;
        if (aLives != bLives) return Facets.All;
        var result = Facets.None;
        if (a!.Parent != b!.Parent || a.Name != b.Name) result |= Facets.Place;
        if (!SameContent(a, b)) result |= Facets.Content;
        if (!SameMode(a, b)) result |= Facets.Mode;
        return result;
    }

    /// <summary>The facets in which two states differ so that it counts against a deletion: place and bytes. A mode or an mtime does not.</summary>
    public Facets Weighty(Entry? a, Entry? b)
    {
        var differ = Difference(a, b) & (Facets.Place | Facets.Content);
        return differ.HasFlag(Facets.Content) && a is { Deleted: false } && b is { Deleted: false } && SameBytes(a, b) ? differ & ~Facets.Content : differ;
    }

    /// <summary>The same bytes, or the same target, whatever their mtimes.</summary>
    public static bool SameBytes(Entry a, Entry b) => a.Kind switch
    {
        EntryKind.File => a.Content == b.Content,
        EntryKind.Symlink => a.LinkTarget == b.LinkTarget,
        _ => false,
    };

    /// <summary>Bytes and, of files and links, mtime. A directory's mtime is set once and never compared.</summary>
    public bool SameContent(Entry a, Entry b) => a.Kind switch
    {
        EntryKind.File => a.Content == b.Content && SameTime(a.MtimeNs, b.MtimeNs),
        EntryKind.Symlink => a.LinkTarget == b.LinkTarget && (!LinkTimes || SameTime(a.MtimeNs, b.MtimeNs)),
        _ => true,
    };

    public bool SameMode(Entry a, Entry b) =>
        (!Modes || a.Kind == EntryKind.Symlink || a.Mode == b.Mode) && (!Ownership || a.Owner == b.Owner);

    private bool SameTime(long a, long b) => MtimeGrainNs <= 1 ? a == b : a / MtimeGrainNs == b / MtimeGrainNs;
}
