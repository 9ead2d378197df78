using Sync.Engine.Files;
using Sync.Engine.Model;
using Sync.Engine.Snapshots;

namespace Sync.Engine.Pulling;

/// <summary>
/// What a build that was broken off, or whose tree was overtaken by a newer one, has left that the next can use. A file that has its entry's mtime was verified, as
/// that is set last; it is read again where the machine went down since, or where it has a second name through which it may have been written to.
/// All else is removed.
/// </summary>
internal sealed class Salvage
{
    /// <summary>Files and symlinks that stand in the tree, by the new tree's numbers.</summary>
    public List<(int Entry, FileStamp Stamp)> Placed { get; } = [];

    /// <summary>Of long contents, how many bytes are there.</summary>
    public Dictionary<int, long> Parts { get; } = [];

    /// <summary>Looks through a tree under way, and removes what is of no use.</summary>
    /// <param name="target">The tree under way.</param>
    /// <param name="before">What it was to become; null: not known.</param>
    /// <param name="tree">What it is to become now.</param>
    /// <param name="wasDown">Whether the machine may have gone down since.</param>
    /// <param name="cancel">Breaks it off.</param>
    /// <exception cref="WorkspaceException">The disk.</exception>
    public static Salvage From(TreeRoot target, PulledTree? before, PulledTree tree, bool wasDown, CancellationToken cancel)
    {
        var salvage = new Salvage();
        var known = before is null ? KnownTree.Nothing : new KnownTree(before, []);
        var (disk, _) = DiskSurvey.Of(target.Root, known, cancel);
        var directories = new DiskDirectory?[tree.Count];
        var used = new Dictionary<DiskDirectory, bool[]>(ReferenceEqualityComparer.Instance) { [disk] = new bool[disk.Items.Length] };
        using var open = new LastDirectory(target);
        using var hash = new FileHash();
        for (var i = 0; i < tree.Count; i++)
        {
            var entry = tree.Entries[i];
            var directory = entry.Parent < 0 ? disk : directories[entry.Parent];
            var at = directory?.Find(entry.Name) ?? -1;
            if (at < 0) continue;
            cancel.ThrowIfCancellationRequested();
            var stat = directory!.Items[at].Stat;
            if (stat.Kind != entry.Kind) continue;
            if (entry.Kind == EntryKind.Directory)
            {
                if (directory.Below[at] is not { } below) continue;
                directories[i] = below;
                used.Add(below, new bool[below.Items.Length]);
                used[directory][at] = true;
                // It had its final mode when the last pull was broken off: who is not root could change nothing in it.
                if ((stat.Mode & PrivateDirectory.Mode) != PrivateDirectory.Mode && open.Open(tree.PathOf(i), out var closed) == FsError.None) closed!.SetMode(PrivateDirectory.Mode);
            }
            else if (directory.Known[at] >= 0 && salvage.Keep(i, entry, before!.Entries[directory.Known[at]], stat, tree, open, hash, wasDown))
            {
                used[directory][at] = true;
            }
        }

        Remove(open, disk, "", used);
        return salvage;
    }

    private bool Keep(int index, in PulledEntry entry, in PulledEntry before, in FileStat stat, PulledTree tree, LastDirectory open, FileHash hash, bool wasDown)
    {
        if (entry.Kind == EntryKind.Symlink)
        {
            if (stat.Stamp.MtimeNs != entry.MtimeNs || before.LinkTarget != entry.LinkTarget || before.MtimeNs != entry.MtimeNs || before.Owner != entry.Owner) return false;
            Placed.Add((index, stat.Stamp));
            return true;
        }

        if (before.Content != entry.Content || stat.Mode != entry.Mode && stat.Stamp.MtimeNs == before.MtimeNs) return false;
        if (stat.Stamp.MtimeNs != before.MtimeNs || stat.Stamp.Size != entry.Size)
        {
            // Under way still: of a long one what is there is read again when it goes on.
            if (entry.Size <= PullLimits.MaxWhole || stat.Stamp.Size >= entry.Size || stat.Stamp.Size == 0 || stat.Links > 1) return false;
            Parts[index] = stat.Stamp.Size;
            return true;
        }

        if (before.MtimeNs != entry.MtimeNs || (entry.Owner is { } owner && owner != stat.Owner)) return false;
        if ((wasDown || stat.Links > 1) && !IsContent(index, entry, tree, open, hash)) return false;
        Placed.Add((index, stat.Stamp));
        return true;
    }

    private static bool IsContent(int index, in PulledEntry entry, PulledTree tree, LastDirectory open, FileHash hash)
    {
        if (open.Open(tree.PathOf(entry.Parent), out var directory) != FsError.None || directory!.OpenRead(tree.Entries[index].Name, out var file) != FsError.None) return false;
        using (file) return hash.Of(file!, entry.Size, out var content) == FsError.None && content == entry.Content;
    }

    private static void Remove(LastDirectory open, DiskDirectory directory, string path, Dictionary<DiskDirectory, bool[]> used)
    {
        var keeps = used[directory];
        for (var i = 0; i < directory.Items.Length; i++)
        {
            var item = directory.Items[i];
            var here = path.Length == 0 ? item.Display : path + "/" + item.Display;
            if (keeps[i])
            {
                if (directory.Below[i] is { } below && used.ContainsKey(below)) Remove(open, below, here, used);
                continue;
            }

            var error = open.Open(path, out var parent);
            if (error == FsError.None && item.Name is not null) error = parent!.RemoveAll(item.Name);
            if (error != FsError.None) throw WorkspaceException.Of(error, here);
        }
    }
}
