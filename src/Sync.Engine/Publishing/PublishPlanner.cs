using Sync.Engine.Files;
using Sync.Engine.Ignoring;
using Sync.Engine.Link;
using Sync.Engine.Model;
using Sync.Engine.Scanning;
using Sync.Engine.Trees;

namespace Sync.Engine.Publishing;

/// <summary>Compares the directory that is pushed with the one in the share. Pure: no clock, no disk, no link.</summary>
internal sealed class PublishPlanner
{
    private readonly PublishedTree _tree;
    private readonly PublishTarget _target;
    private readonly FacetComparer _comparer;
    private readonly bool _ownership;
    private readonly long _nowNs;
    private readonly List<PublishStep> _inTheWay = [];
    private readonly List<PublishStep> _steps = [];
    private readonly List<PublishStep> _extra = [];
    private readonly HashSet<EntryId> _matched = [];
    private long _unchanged;
    private long _nextId = -1;

    private PublishPlanner(PublishedTree tree, PublishTarget target, bool ownership, bool hasModes, long nowNs)
    {
        _tree = tree;
        _target = target;
        _ownership = ownership;
        _nowNs = nowNs;
        _comparer = new FacetComparer(Modes: hasModes) { Ownership = ownership };
    }

    /// <summary>Plans a push.</summary>
    /// <param name="tree">What is pushed.</param>
    /// <param name="root">The pushed directory itself, whose mode one that is made gets.</param>
    /// <param name="target">Where to.</param>
    /// <param name="keepExtra">What is in the share only stays.</param>
    /// <param name="ownership">Owners count.</param>
    /// <param name="hasModes">The directory's file system keeps modes.</param>
    /// <param name="nowNs">Nanoseconds since 1970 UTC, by this machine's clock.</param>
    public static PublishPlan Plan(PublishedTree tree, FileStat root, PublishTarget target, bool keepExtra, bool ownership, bool hasModes, long nowNs)
    {
        var planner = new PublishPlanner(tree, target, ownership, hasModes, nowNs);
        var top = planner.MakeMissing(root);
        planner.Compare(top);
        if (!keepExtra && target.Missing.Count == 0) planner.FindExtra(top);
        var remote = target.Missing.Count > 0 ? 0 : planner.Below(target.Root).Count;
        return new PublishPlan(planner._inTheWay, planner._steps, planner._extra, planner._unchanged, remote);
    }

    private (EntryId Id, string Path) MakeMissing(FileStat root)
    {
        var (id, path) = (_target.Root, _target.Path);
        foreach (var name in _target.Missing)
        {
            path = SharePath.Join(path, name);
            id = Add(new Entry { Id = default, Parent = id, Name = name, Kind = EntryKind.Directory, Mode = root.Mode, MtimeNs = root.Stamp.MtimeNs, Owner = OwnerOf(root) }, path, null);
        }

        return (id, path);
    }

    private void Compare((EntryId Id, string Path) top)
    {
        var ids = new EntryId[_tree.Entries.Count];
        for (var i = 0; i < ids.Length; i++)
        {
            var here = _tree.Entries[i];
            var parent = here.Parent < 0 ? top.Id : ids[here.Parent];
            var path = SharePath.Join(top.Path, here.Path);
            var there = parent.IsProvisional ? null : _target.Tree.Child(parent, here.Name);
            if (there is not null) _matched.Add(there.Id);
            if (there is not null && there.Kind != here.Kind)
            {
                Delete(there, path, _inTheWay);
                there = null;
            }

            ids[i] = there is null ? Add(Wanted(here, parent), path, here) : Update(here, there, path);
        }
    }

    private EntryId Add(Entry wanted, string path, PublishedEntry? source)
    {
        wanted = wanted with { Id = new EntryId(_nextId--) };
        var change = new Change { Entry = wanted, Facets = Facets.All, ObservedNs = _nowNs };
        _steps.Add(new PublishStep(new PublishItem(PublishAction.Add, path, wanted.Kind, wanted.Size), change, wanted.Kind == EntryKind.File ? source : null));
        return wanted.Id;
    }

    private EntryId Update(PublishedEntry here, Entry there, string path)
    {
        var wanted = Wanted(here, there.Parent) with { Id = there.Id };
        var facets = _comparer.Difference(there, wanted) & ~Facets.Place;
        // A directory is not touched for its time.
        if (facets == Facets.None)
        {
            _unchanged++;
            return there.Id;
        }

        var isTouch = here.Kind == EntryKind.Directory || FacetComparer.SameBytes(there, wanted);
        var change = new Change
        {
            Entry = wanted,
            Facets = facets,
            BasePlace = there.PlaceRevision,
            BaseContent = there.ContentRevision,
            BaseMode = there.ModeRevision,
            ObservedNs = _nowNs,
        };
        var item = new PublishItem(isTouch ? PublishAction.Touch : PublishAction.Replace, path, wanted.Kind, wanted.Size);
        _steps.Add(new PublishStep(item, change, wanted.Kind == EntryKind.File && facets.HasFlag(Facets.Content) ? here : null));
        return there.Id;
    }

    private Entry Wanted(PublishedEntry here, EntryId parent) => new()
    {
        Id = default,
        Parent = parent,
        Name = here.Name,
        Kind = here.Kind,
        Mode = here.Stat.Mode,
        Owner = OwnerOf(here.Stat),
        Size = here.Kind == EntryKind.File ? here.Stat.Stamp.Size : 0,
        MtimeNs = here.Stat.Stamp.MtimeNs,
        Content = here.Content,
        LinkTarget = here.LinkTarget,
    };

    private ulong? OwnerOf(FileStat stat) => _ownership ? stat.Owner : null;

    private void FindExtra((EntryId Id, string Path) top)
    {
        Check(top.Id, top.Path, _tree.Rules);
        foreach (var here in _tree.Entries)
        {
            if (here.Kind != EntryKind.Directory) continue;
            var path = SharePath.Join(top.Path, here.Path);
            if (Find(top.Id, here.Path) is { Kind: EntryKind.Directory } there) Check(there.Id, path, here.Rules!);
        }

        void Check(EntryId directory, string path, IgnoreRules rules)
        {
            foreach (var child in _target.Tree.Children(directory).OrderBy(c => c.Name, StringComparer.Ordinal))
            {
                // What is left out here says nothing of what is there.
                if (!_matched.Contains(child.Id) && !rules.IsIgnored(child.Name, child.Kind == EntryKind.Directory)) Delete(child, SharePath.Join(path, child.Name), _extra);
            }
        }
    }

    private Entry? Find(EntryId directory, string path)
    {
        Entry? at = null;
        foreach (var name in path.Split('/'))
        {
            at = _target.Tree.Child(at?.Id ?? directory, name);
            if (at is null) return null;
        }

        return at;
    }

    private void Delete(Entry entry, string path, List<PublishStep> steps)
    {
        var all = Below(entry.Id);
        for (var i = all.Count - 1; i >= 0; i--) steps.Add(Deletion(all[i].Entry, SharePath.Join(path, all[i].Path)));
        steps.Add(Deletion(entry, path));
    }

    private PublishStep Deletion(Entry entry, string path) => new(
        new PublishItem(PublishAction.Delete, path, entry.Kind, entry.Size),
        new Change
        {
            Entry = entry with { Deleted = true },
            Facets = Facets.Place,
            BasePlace = entry.PlaceRevision,
            BaseContent = entry.ContentRevision,
            BaseMode = entry.ModeRevision,
            ObservedNs = _nowNs,
        },
        null);

    /// <summary>All that is below a directory in the share, directories before what is in them. Depth costs a list, not the stack.</summary>
    private List<(Entry Entry, string Path)> Below(EntryId directory)
    {
        var found = new List<(Entry, string)>();
        var open = new Stack<(EntryId Id, string Path)>([(directory, "")]);
        while (open.TryPop(out var next))
        {
            foreach (var child in _target.Tree.Children(next.Id))
            {
                var path = SharePath.Join(next.Path, child.Name);
                found.Add((child, path));
                if (child.Kind == EntryKind.Directory) open.Push((child.Id, path));
            }
        }

        return found;
    }
}
