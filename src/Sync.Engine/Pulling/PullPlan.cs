using Sync.Delta;
using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>
/// What has to be done so that a directory becomes a tree. Made from what is known and what a look at the disk found; the files of which a look is not enough are
/// read by the caller in between (<see cref="Unsure"/>, <see cref="Settle"/>). No disk is touched here.
/// </summary>
internal sealed class PullPlan
{
    private readonly KnownTree _known;
    private readonly DiskDirectory _disk;
    private readonly DiskDirectory?[] _directories;
    private readonly List<(int Entry, FileStat Stat)> _unsure = [];

    /// <summary>Of each directory that the tree has too: which of its items the tree has.</summary>
    private readonly Dictionary<DiskDirectory, bool[]> _matched = new(ReferenceEqualityComparer.Instance);

    private PullPlan(PulledTree tree, KnownTree known, DiskDirectory disk)
    {
        Tree = tree;
        _known = known;
        _disk = disk;
        _matched.Add(disk, new bool[disk.Items.Length]);
        _directories = new DiskDirectory?[tree.Count];
        Actions = new EntryAction[tree.Count];
        Changes = new EntryChange[tree.Count];
        Stats = new FileStat[tree.Count];
    }

    public PulledTree Tree { get; }

    public EntryAction[] Actions { get; }

    public EntryChange[] Changes { get; }

    /// <summary>What stands at each entry's path; default: nothing.</summary>
    public FileStat[] Stats { get; }

    /// <summary>Of entries that are copied: from where; null: from their own path.</summary>
    public Dictionary<int, string> Sources { get; } = [];

    /// <summary>Files of the right size, and symlinks, of which only their bytes tell whether they are the entry's.</summary>
    public IReadOnlyList<(int Entry, FileStat Stat)> Unsure => _unsure;

    /// <summary>Paths on disk that the tree has not, directories before what is in them; with the item of each.</summary>
    public List<(string Path, DirectoryItem Item, bool IsOurs)> Extras { get; } = [];

    /// <summary>Compares.</summary>
    /// <param name="tree">What the directory is to be.</param>
    /// <param name="known">What the last pull left.</param>
    /// <param name="disk">What is there.</param>
    /// <param name="trustsStamps">Whether a file whose stamp is that of the last pull is taken for the same.</param>
    public static PullPlan Of(PulledTree tree, KnownTree known, DiskDirectory disk, bool trustsStamps)
    {
        var plan = new PullPlan(tree, known, disk);
        var entries = tree.Entries;
        for (var i = 0; i < entries.Length; i++) plan.Compare(i, entries[i], trustsStamps);
        plan.FindExtras(disk, "");
        return plan;
    }

    /// <summary>An unsure file was read: it is what the entry asks for, or not.</summary>
    public void Settle(int entry, bool isSame)
    {
        if (!isSame)
        {
            Changes[entry] = EntryChange.Updated;
            return;
        }

        var stat = Stats[entry];
        var wanted = Tree.Entries[entry];
        Place(entry, (stat.Mode == wanted.Mode || wanted.Kind == EntryKind.Symlink) && stat.Stamp.MtimeNs == wanted.MtimeNs && (wanted.Owner is null || wanted.Owner == stat.Owner));
    }

    /// <summary>After all were settled: contents that another verified file on disk has need not come over the link.</summary>
    public void FindMoved(bool trustsStamps)
    {
        if (!trustsStamps || _known.Stamps.Length == 0) return;
        Dictionary<ContentId, string>? byContent = null;
        var entries = Tree.Entries;
        for (var i = 0; i < entries.Length; i++)
        {
            if (entries[i].Kind != EntryKind.File || entries[i].Size == 0 || Actions[i] != EntryAction.Make) continue;
            byContent ??= Verified();
            if (!byContent.TryGetValue(entries[i].Content, out var path)) continue;
            Actions[i] = EntryAction.Copy;
            Sources[i] = path;
        }
    }

    /// <summary>Whether nothing is to be done.</summary>
    public bool IsDone(bool keepsExtras) => (keepsExtras ? !Extras.Exists(static e => e.IsOurs) : Extras.Count == 0) && !Changes.AsSpan().ContainsAnyExcept(EntryChange.None);

    private void Compare(int index, in PulledEntry entry, bool trustsStamps)
    {
        var directory = entry.Parent < 0 ? _disk : _directories[entry.Parent];
        var at = directory?.Find(entry.Name) ?? -1;
        Changes[index] = EntryChange.Created;
        if (at < 0) return;
        _matched[directory!][at] = true;
        var stat = directory!.Items[at].Stat;
        Stats[index] = stat;
        if (stat.Kind != entry.Kind)
        {
            Changes[index] = EntryChange.Updated;
            return;
        }

        var known = directory.Known[at];
        var isVerified = known >= 0 && trustsStamps && _known.IsVerified(known, stat);
        switch (entry.Kind)
        {
            case EntryKind.Directory:
                _directories[index] = directory.Below[at];
                if (directory.Below[at] is { } below) _matched.Add(below, new bool[below.Items.Length]);
                Changes[index] = stat.Mode == entry.Mode && (entry.Owner is null || entry.Owner == stat.Owner) ? EntryChange.None : EntryChange.Touched;
                break;
            case EntryKind.Symlink when isVerified:
                var link = _known.Tree.Entries[known];
                Changes[index] = link.LinkTarget == entry.LinkTarget && link.MtimeNs == entry.MtimeNs && link.Owner == entry.Owner ? EntryChange.None : EntryChange.Updated;
                break;
            case EntryKind.File when isVerified:
                var before = _known.Tree.Entries[known];
                Changes[index] = EntryChange.Updated;
                // A stamp that holds says that nobody changed the mode either. What the file system made of mode and mtime is not asked.
                if (before.Content == entry.Content) Place(index, before.Mode == entry.Mode && before.MtimeNs == entry.MtimeNs && before.Owner == entry.Owner);
                break;
            default:
                Changes[index] = EntryChange.Updated;
                if (entry.Kind == EntryKind.Symlink || stat.Stamp.Size == entry.Size) _unsure.Add((index, stat));
                break;
        }
    }

    private void Place(int index, bool isWhole)
    {
        Actions[index] = isWhole ? EntryAction.Link : EntryAction.Copy;
        Changes[index] = isWhole ? EntryChange.None : EntryChange.Touched;
    }

    private void FindExtras(DiskDirectory directory, string path)
    {
        _matched.TryGetValue(directory, out var matched);
        for (var i = 0; i < directory.Items.Length; i++)
        {
            var item = directory.Items[i];
            var here = path.Length == 0 ? item.Display : path + "/" + item.Display;
            var below = directory.Below[i];
            if (matched is not null && matched[i])
            {
                // Where another kind takes its place, that is told at the entry.
                if (below is not null && _matched.ContainsKey(below)) FindExtras(below, here);
                continue;
            }

            var known = directory.Known[i];
            var isOurs = known >= 0 && (item.Stat.Kind == EntryKind.Directory || _known.IsVerified(known, item.Stat));
            Extras.Add((here, item, isOurs));
            if (below is not null) FindExtras(below, here);
        }
    }

    private Dictionary<ContentId, string> Verified()
    {
        var byContent = new Dictionary<ContentId, string>();
        Collect(_disk, "");
        return byContent;

        void Collect(DiskDirectory directory, string path)
        {
            for (var i = 0; i < directory.Items.Length; i++)
            {
                if (directory.Items[i].Name is not { } name) continue;
                var here = path.Length == 0 ? name : path + "/" + name;
                if (directory.Below[i] is { } below) Collect(below, here);
                else if (directory.Known[i] is var known and >= 0 && directory.Items[i].Stat.Kind == EntryKind.File && _known.IsVerified(known, directory.Items[i].Stat))
                    byContent.TryAdd(_known.Tree.Entries[known].Content, here);
            }
        }
    }
}
