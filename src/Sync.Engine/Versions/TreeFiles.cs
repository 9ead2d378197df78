using Sync.Engine.Files;
using Sync.Engine.Model;

namespace Sync.Engine.Versions;

/// <summary>Whole directories inside the version store. Depth costs a list, not the stack.</summary>
internal static class TreeFiles
{
    private const uint OwnerAll = 0x1C0; // 0700

    /// <summary>Bytes of all files below a directory; what cannot be read counts as nothing.</summary>
    public static long Size(IFileSystem fs, string path)
    {
        long size = 0;
        var open = new Stack<string>([path]);
        var items = new List<DirectoryItem>();
        while (open.TryPop(out var directory))
        {
            items.Clear();
            _ = fs.List(directory, items);
            foreach (var item in items)
            {
                if (item.Name is null || item.Error != FsError.None) continue;
                if (item.Stat.Kind == EntryKind.Directory) open.Push(directory + "/" + item.Name);
                else size += item.Stat.Stamp.Size;
            }
        }

        return size;
    }

    /// <summary>Removes a file, or a directory and all below it. The first error ends it; what is gone by then is gone.</summary>
    public static FsError Remove(IFileSystem fs, string path, EntryKind kind)
    {
        if (kind != EntryKind.Directory) return fs.RemoveFile(path);
        var open = new Stack<string>([path]);
        var items = new List<DirectoryItem>();
        while (open.TryPeek(out var directory))
        {
            items.Clear();
            var error = fs.List(directory, items);
            if (error == FsError.Denied && fs.SetMode(directory, OwnerAll) == FsError.None) error = fs.List(directory, items);
            if (error != FsError.None) return error;
            var depth = open.Count;
            foreach (var item in items)
            {
                // A name that is not UTF-8 cannot be named here; the directory stays, and is reported by the caller.
                if (item.Name is null) return FsError.BadName;
                var child = directory + "/" + item.Name;
                if (item.Error == FsError.None && item.Stat.Kind == EntryKind.Directory)
                {
                    open.Push(child);
                    continue;
                }

                error = fs.RemoveFile(child);
                if (error == FsError.Denied && fs.SetMode(directory, OwnerAll) == FsError.None) error = fs.RemoveFile(child);
                if (error is not (FsError.None or FsError.NotFound)) return error;
            }

            if (open.Count > depth) continue;
            error = fs.RemoveDirectory(directory);
            if (error == FsError.Denied && open.Count > 1 && fs.SetMode(Parent(directory), OwnerAll) == FsError.None) error = fs.RemoveDirectory(directory);
            if (error is not (FsError.None or FsError.NotFound)) return error;
            open.Pop();
        }

        return FsError.None;
    }

    private static string Parent(string path) => path[..path.LastIndexOf('/')];
}
