using Sync.Engine.Files;
using Sync.Engine.Model;

namespace Sync.Engine.Pulling;

/// <summary>Brings what a directory holds beside the share into the new tree: files and links by a second name, directories anew.</summary>
internal static class ExtraKeeper
{
    /// <exception cref="WorkspaceException">Something cannot be kept.</exception>
    public static void Keep(PullPlan plan, TreeRoot source, TreeRoot next, CancellationToken cancel)
    {
        using var from = new LastDirectory(source);
        using var to = new LastDirectory(next);
        var made = new List<(string Path, FileStat Stat)>();
        var stats = new Dictionary<string, FileStat>(StringComparer.Ordinal);
        foreach (var (path, item, isOurs) in plan.Extras)
        {
            cancel.ThrowIfCancellationRequested();
            if (item.Stat.Kind == EntryKind.Directory) stats.Add(path, item.Stat);
            // What the last pull has put there goes with the share.
            if (isOurs) continue;
            if (item.Name is null) throw new WorkspaceException(WorkspaceTrouble.Disk, $"{path} is no name in UTF-8, and cannot be kept. Rename it, or pull without --keep-extra.");
            var slash = path.LastIndexOf('/');
            if (!EnsureDirectory(next, to, slash < 0 ? "" : path[..slash], stats, made)) continue;
            if (item.Stat.Kind == EntryKind.Directory)
            {
                EnsureDirectory(next, to, path, stats, made);
                continue;
            }

            Check(from.Open(slash < 0 ? "" : path[..slash], out var origin), path);
            Check(to.Open(slash < 0 ? "" : path[..slash], out var target), path);
            var error = target!.Link(item.Name, origin!, item.Name);
            // The share's own entry of that name stands.
            if (error is not (FsError.Exists or FsError.NotFound)) Check(error, path);
        }

        for (var i = made.Count - 1; i >= 0; i--)
        {
            Check(next.Open(made[i].Path, out var directory), made[i].Path);
            using (directory)
            {
                Check(directory!.SetMtime(made[i].Stat.Stamp.MtimeNs), made[i].Path);
                Check(directory.SetMode(made[i].Stat.Mode), made[i].Path);
            }
        }
    }

    /// <summary>False: the share has something else there.</summary>
    private static bool EnsureDirectory(TreeRoot next, LastDirectory to, string path, Dictionary<string, FileStat> stats, List<(string Path, FileStat Stat)> made)
    {
        if (to.Open(path, out _) == FsError.None) return true;
        var slash = path.LastIndexOf('/');
        var parent = slash < 0 ? "" : path[..slash];
        if (!EnsureDirectory(next, to, parent, stats, made) || to.Open(parent, out var directory) != FsError.None) return false;
        var error = directory!.MakeDirectory(path[(slash + 1)..], PrivateDirectory.Mode);
        if (error == FsError.Exists) return false;
        Check(error, path);
        made.Add((path, stats[path]));
        return true;
    }

    private static void Check(FsError error, string path)
    {
        if (error != FsError.None) throw WorkspaceException.Of(error, path);
    }
}
