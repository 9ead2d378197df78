using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>
/// Tells what a sighting means for the local tree. First all that keeps it from meaning anything: a placement of our own, an error, an ignore rule,
/// a mount point, a special file; then each kind has its own recogniser. On the loop.
/// </summary>
/// <remarks>A name that exists keeps its entry, whatever inode is behind it (editors save by renaming over it).</remarks>
internal sealed class Recogniser(
    ReplicaContext context, LookQueue looks, LookOrder order, DirectoryRules rules, NameProblems problems, MoveCandidates candidates, LocalTreeWriter local,
    DirectoryScanner scanner, DirectoryRecogniser directories, LinkRecogniser links, FileRecogniser files)
{
    private readonly TreeSet _trees = context.Trees;

    /// <summary>The mount of the share's root: others are not crossed into.</summary>
    public ulong MountId { get; set; }

    /// <summary>Takes the look at one name, which may not be there.</summary>
    public void Take(Node directory, Sighting seen, long origin)
    {
        if (rules.IsRuleFile(seen.Name)) scanner.Scan(directory, recursive: false, origin);
        else if (rules.IsUnknown(directory))
        {
            rules.Park(directory, origin, () => looks.Mark(directory.Current, seen.Name, seen.BytesChanged ? Look.Bytes : Look.Plain, origin));
            return;
        }

        if (!order.Take(directory, seen.Name, seen.Clock))
        {
            // A newer listing told of what is in the tree; what is only on its way there, seen or being read, it did not take back.
            if (!order.IsOutdated(directory, seen.Name, seen.Clock)) looks.Mark(directory, seen.Name, seen.BytesChanged ? Look.Bytes : Look.Plain, origin);
            return;
        }

        if (seen.Error is FsError.NotFound or FsError.NotDirectory)
        {
            problems.Clear(directory, seen.Name);
            Miss(directory, seen.Name, seen.Clock, origin);
        }
        else See(directory, seen, recursive: false, origin);
    }

    /// <summary>The name is there.</summary>
    public void See(Node directory, Sighting seen, bool recursive, long origin)
    {
        var (name, stat) = (seen.Name, seen.Stat);
        var child = _trees.LocalChild(directory, name);
        if (child is not null && child.PlacedAt > seen.Clock)
        {
            // What was seen may be what stood there before our own placement: that is no news, and would undo it.
            if (child.Has(NodeFlags.Applying)) child.Flags |= NodeFlags.LookAgain;
            else looks.Mark(directory, name, seen.BytesChanged ? Look.Bytes : Look.Plain, origin);
            return;
        }

        if (seen.Error != FsError.None)
        {
            if (child is not null) candidates.RemoveGone(child);
            // A listing takes back what is said here.
            if (child is { Kind: EntryKind.Directory }) scanner.Owe(child);
            if (seen.Error == FsError.BadName) problems.Report(directory, name, ProblemCodes.BadName, "The link's target is not valid UTF-8: it is not synced.");
            else problems.ReportUnreadable(directory, name, seen.Error);
            return;
        }

        if (rules.Of(directory).IsIgnored(name, stat.Kind == EntryKind.Directory))
        {
            if (child is not null) local.LeaveOut(child);
            return;
        }

        if (stat.MountId != MountId && stat.Kind == EntryKind.Directory)
        {
            if (child is not null) candidates.RemoveGone(child);
            problems.Report(directory, name, ProblemCodes.Mount, "A mount point: what is on it is not synced.");
            return;
        }

        if (child is not null && child.Has(NodeFlags.Applying))
        {
            child.Flags |= NodeFlags.LookAgain;
            return;
        }

        if (child is null && context.Arrivals.At(directory, name) is { } coming)
        {
            coming.Flags |= NodeFlags.LookAgain;
            return;
        }

        if (stat.Kind == EntryKind.Special)
        {
            problems.Report(directory, name, ProblemCodes.Special, "A FIFO, socket or device: it is not synced.");
            if (child is not null) candidates.AddGone(child, seen.Clock);
            return;
        }

        if (child is not null && child.Kind != stat.Kind)
        {
            // Another kind is another entry: the old one is gone.
            local.Remove(child);
            child = null;
        }

        if (child is not null) candidates.RemoveGone(child);
        switch (stat.Kind)
        {
            case EntryKind.Directory: directories.See(directory, name, stat, child, recursive, origin); break;
            case EntryKind.Symlink: links.See(directory, seen, child); break;
            default: files.See(directory, seen, child, origin); break;
        }

        if (stat.Stamp.MtimeNs is long.MaxValue or long.MinValue)
            problems.Report(directory, name, ProblemCodes.FarTime, "Its modification time lies before 1677 or after 2262: elsewhere it gets the nearest time that can be said.");
    }

    /// <summary>The name is not there: deleted or moved, which is known when all looks have ended.</summary>
    public void Miss(Node directory, string name, long clock, long origin)
    {
        if (_trees.LocalChild(directory, name) is { } placed && placed.PlacedAt > clock)
        {
            looks.Mark(directory, name, Look.Plain, origin);
            return;
        }

        files.Miss(directory, name);
        candidates.Disappear(directory, name);
        if (_trees.LocalChild(directory, name) is not { } child) return;
        if (child.Has(NodeFlags.Applying)) child.Flags |= NodeFlags.LookAgain;
        else candidates.AddGone(child, clock);
    }
}
