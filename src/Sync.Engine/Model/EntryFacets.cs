namespace Sync.Engine.Model;

/// <summary>Facets of one state put into another.</summary>
internal static class EntryFacets
{
    /// <summary>The state with some facets, their revisions included, as in another state of the entry.</summary>
    public static Entry Take(this Entry entry, Facets facets, Entry from)
    {
        if ((facets & Facets.Place) != 0) entry = entry with { Parent = from.Parent, Name = from.Name, PlaceRevision = from.PlaceRevision };
        if ((facets & Facets.Content) != 0)
            entry = entry with { Content = from.Content, LinkTarget = from.LinkTarget, Size = from.Size, MtimeNs = from.MtimeNs, ContentRevision = from.ContentRevision };
        if ((facets & Facets.Mode) != 0) entry = entry with { Mode = from.Mode, Owner = from.Owner, ModeRevision = from.ModeRevision };
        return entry;
    }
}
