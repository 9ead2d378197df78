using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>Tells what the sighting of a directory means. One that is known by its inode moves at once, with all that is in it. On the loop.</summary>
internal sealed class DirectoryRecogniser(ReplicaContext context, LookQueue looks, DirectoryRules rules, MoveCandidates candidates, LocalTreeWriter local, DirectoryScanner scanner)
{
    private readonly TreeSet _trees = context.Trees;

    public void See(Node directory, string name, FileStat stat, Node? child, bool recursive, long origin)
    {
        var known = stat.Stamp.FileKey == 0 ? null : _trees.FindDirectory(stat.Stamp.FileKey);
        if (known == _trees.Root) known = null;
        if (child is not null)
        {
            var same = child.FileKey == stat.Stamp.FileKey || child.FileKey == 0;
            if (!same && known is not null && known != child)
            {
                // Another directory that we know has taken the name. If the old one has gone elsewhere, that look will free the name.
                if (known.Has(NodeFlags.Applying)) context.LookLater(known, directory, name);
                else if (_trees.FindDirectory(child.FileKey) == child && !_trees.IsLocallyWithin(directory, known)) Swap(child, known, stat, origin);
                return;
            }

            if (!same || child.Local!.Mode != stat.Mode || child.Local.Owner != local.OwnerOf(stat))
                local.Set(child, child.Local! with { Mode = stat.Mode, Owner = local.OwnerOf(stat) }, stat.Stamp);
            else child.CtimeNs = stat.Stamp.CtimeNs;
            if (child.FileKey == 0) _trees.SetLocal(child, child.Local, stat.Stamp);
            if (scanner.TakeOwed(child) || recursive || !same) scanner.Scan(child, recursive: true, origin);
            return;
        }

        if (known is not null && !_trees.IsLocallyWithin(directory, known))
        {
            if (known.Has(NodeFlags.Applying))
            {
                context.LookLater(known, directory, name);
                return;
            }

            candidates.RemoveGone(known);
            local.Set(known, known.Local! with { Parent = directory.Id, Name = name, Mode = stat.Mode }, stat.Stamp);
            rules.ForgetTree(known);
            scanner.Scan(known, recursive: true, origin);
            return;
        }

        if (context.Arrivals.MayBeMade(directory, name, stat.Stamp.FileKey)) return;
        var node = local.Claim(directory, name, EntryKind.Directory);
        local.Set(node, new Entry { Id = node.Id, Parent = directory.Id, Name = name, Kind = EntryKind.Directory, Mode = stat.Mode, Owner = local.OwnerOf(stat), MtimeNs = stat.Stamp.MtimeNs }, stat.Stamp);
        scanner.Scan(node, recursive: true, origin);
    }

    /// <summary>Two known directories found at each other's place, or one at that of another that is still to be found.</summary>
    private void Swap(Node standing, Node coming, FileStat stat, long origin)
    {
        // A listing may have missed it where it was.
        candidates.RemoveGone(coming);
        var (a, b) = (standing.Local!, coming.Local!);
        var (keyA, keyB) = (standing.Stamp, coming.Stamp);
        if (_trees.IsLocallyWithin(coming, standing))
        {
            // It has come out of the other and into its place: that one has gone elsewhere, or for good, which a look at a name that nobody has will tell.
            var aside = a.Name + "\u0001";
            local.Set(standing, a with { Name = aside }, keyA);
            local.Set(coming, b with { Parent = a.Parent, Name = a.Name, Mode = stat.Mode }, stat.Stamp);
            rules.ForgetTree(standing);
            rules.ForgetTree(coming);
            if (_trees.Find(a.Parent) is { } directory) looks.Mark(directory, aside, Look.Plain, origin);
            scanner.Scan(coming, recursive: true, origin);
            return;
        }

        local.Set(coming, b with { Name = b.Name + "\u0001" }, keyB);
        local.Set(standing, a with { Parent = b.Parent, Name = b.Name }, keyA);
        local.Set(coming, b with { Parent = a.Parent, Name = a.Name, Mode = stat.Mode }, stat.Stamp);
        rules.ForgetTree(standing);
        rules.ForgetTree(coming);
        if (_trees.LocalParent(standing) is { } parent) looks.Mark(parent, standing.Local!.Name, Look.Plain, origin);
        scanner.Scan(coming, recursive: true, origin);
        scanner.Scan(standing, recursive: true, origin);
    }
}
