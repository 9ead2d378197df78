using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Planning;

/// <summary>Words a planned step as a change for the journal.</summary>
internal static class ProposalBuilder
{
    public static Change Build(TreeSet trees, Node node, Step step, long observedNs)
    {
        // What is shown here counts as known, also while its revision is tentative.
        var known = node.Base is { Deleted: false } placed ? placed : node.Synced;
        // A deletion proposes the last known state, deleted.
        var wanted = node.Local ?? known! with { Deleted = true };
        // One of two that change places goes by way of a name that nobody has.
        var shown = step.Other is null ? null : wanted.Name;
        if (shown is not null) wanted = wanted with { Name = Aside(trees, node, trees.Find(node.Local!.Parent)!) };
        return new Change
        {
            Entry = wanted with { Id = node.Id, PlaceRevision = default, ContentRevision = default, ModeRevision = default },
            Facets = step.Facets,
            ShownAs = shown,
            BasePlace = known?.PlaceRevision ?? default,
            BaseContent = known?.ContentRevision ?? default,
            BaseMode = known?.ModeRevision ?? default,
            // When it was seen, not when there was a link to tell of it: an edit made offline is no newer for that.
            ObservedNs = (step.Facets & Facets.Content) != 0 && node.Local is { ObservedNs: > 0 } seen ? seen.ObservedNs : observedNs,
            Distinct = node.Has(NodeFlags.Distinct) || HoldsOccupantElsewhere(trees, node) || HasOrHadElsewhere(trees, node, step),
        };
    }

    /// <summary>The bytes of an edit are, or were, another file's here: what the journal has of that one says nothing of this.</summary>
    private static bool HasOrHadElsewhere(TreeSet trees, Node node, Step step) =>
        !node.Id.IsProvisional && (step.Facets & Facets.Content) != 0 && node.Local is { Kind: EntryKind.File } local
        && (trees.Stood.Contains(local.Content) || trees.Contents.Find(local.Content, node) is not null);

    private static bool HoldsOccupantElsewhere(TreeSet trees, Node node) =>
        node.Id.IsProvisional && trees.LocalParent(node) is { } parent
        && trees.RemoteChild(parent, node.Local!.Name) is { IsLocal: true } occupant && occupant != node;

    /// <summary>A free name in a directory, for a moment.</summary>
    public static string Aside(TreeSet trees, Node node, Node directory)
    {
        var stem = node.Local!.Name;
        if (stem.Length > 60) stem = stem[..60];
        for (var n = 1; ; n++)
        {
            var name = $".{stem}.moving-{n.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
            if (trees.LocalChild(directory, name) is null && trees.RemoteChild(directory, name) is null) return name;
        }
    }
}
