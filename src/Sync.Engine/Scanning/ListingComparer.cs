using Sync.Engine.Control;
using Sync.Engine.Ignoring;
using Sync.Engine.Link;
using Sync.Engine.Model;

namespace Sync.Engine.Scanning;

/// <summary>Holds a directory's listing against the local tree: each name that is there is a sighting, each known one that is not is missing. On the loop.</summary>
/// <param name="context">The replica's.</param>
/// <param name="rules">Learn of the ignore files that were listed.</param>
/// <param name="problems">Those of the directory are taken back and found anew.</param>
/// <param name="recogniser">Takes what was seen.</param>
/// <param name="order">Tells what is older than what has been taken.</param>
/// <param name="looks">Take the names of which something newer is known: their problems are to be found anew, too.</param>
/// <param name="scanner">Goes on below them.</param>
/// <param name="mayBeEmpty">Asked when the root is found empty although it was not; if it says no, nothing is taken for deleted.</param>
internal sealed class ListingComparer(ReplicaContext context, DirectoryRules rules, NameProblems problems, Recogniser recogniser, LookOrder order, LookQueue looks, DirectoryScanner scanner, Func<bool> mayBeEmpty)
{
    public void Take(DirectoryListing listing)
    {
        var trees = context.Trees;
        var (directory, items) = (listing.Directory, listing.Items);
        var isRoot = directory == trees.Root;
        if (!order.Take(directory, listing.Clock))
        {
            if (listing.Recursive) scanner.Scan(directory, recursive: true, listing.Origin);
            return;
        }

        if (isRoot) recogniser.MountId = listing.Self.MountId;
        var recursive = rules.Learn(listing) || listing.Recursive;
        if (listing.IsRuleFileChanging) context.After(QuietPeriods.Quiet, () => { if (directory.Current.IsLocal && rules.IsExpected(directory.Current)) scanner.Scan(directory.Current, recursive: false); });
        if (rules.IsPending(directory))
        {
            rules.Park(directory, listing.Origin, () => scanner.Scan(directory.Current, recursive, listing.Origin));
            return;
        }

        problems.ClearAll(directory);
        if (isRoot && items.Count <= 1 && trees.LocalChildCount(directory) > 0 && items.TrueForAll(i => i.Name == IgnoreRules.OwnDirectory) && !mayBeEmpty())
            return;

        var seen = new HashSet<string>(items.Count, StringComparer.Ordinal);
        foreach (var item in items)
        {
            if (item.Name is null)
            {
                problems.Report(directory, item.Display, ProblemCodes.BadName, "The name is not valid UTF-8: it is not synced. Rename it.");
                continue;
            }

            seen.Add(item.Name);
            if (isRoot && item.Name == IgnoreRules.OwnDirectory) continue;
            if (order.IsOutdated(directory, item.Name, listing.Clock))
            {
                looks.Mark(directory, item.Name, Look.Plain, listing.Origin);
                if (recursive && trees.LocalChild(directory, item.Name) is { Kind: EntryKind.Directory } below) scanner.Scan(below, recursive: true, listing.Origin);
                continue;
            }

            var sighting = new Sighting(directory, item.Name) { Clock = listing.Clock, Error = item.Error, Stat = item.Stat, LinkTarget = listing.LinkTargets.GetValueOrDefault(item.Name) };
            recogniser.See(directory, sighting, recursive, listing.Origin);
        }

        foreach (var child in trees.LocalChildren(directory).ToArray())
            if (!seen.Contains(child.Local!.Name) && !order.IsOutdated(directory, child.Local.Name, listing.Clock)) recogniser.Miss(directory, child.Local.Name, listing.Clock, listing.Origin);
    }
}
