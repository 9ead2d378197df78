using System.Security.Cryptography;
using System.Text;

namespace Sync.EndToEnd.Tests.Harness;

/// <summary>A directory at one moment: kinds, bytes, permission bits, mtimes to the nanosecond, link targets. What is never synced (the
/// replica's own directory, special files, names that are no text) is left out.</summary>
internal sealed class TreeSnapshot
{
    private TreeSnapshot(SortedDictionary<string, SnapshotEntry> entries) => Entries = entries;

    public IReadOnlyDictionary<string, SnapshotEntry> Entries { get; }

    public static TreeSnapshot Of(string root)
    {
        var entries = new SortedDictionary<string, SnapshotEntry>(StringComparer.Ordinal);
        Add(root, "", entries);
        return new TreeSnapshot(entries);
    }

    /// <summary>What differs, a line each, at most 40; "" if nothing does.</summary>
    public static string Diff(TreeSnapshot a, TreeSnapshot b, string aName = "a", string bName = "b")
    {
        var lines = new List<string>();
        foreach (string path in a.Entries.Keys.Union(b.Entries.Keys).Order(StringComparer.Ordinal))
        {
            SnapshotEntry? left = a.Entries.GetValueOrDefault(path);
            SnapshotEntry? right = b.Entries.GetValueOrDefault(path);
            if (left == right)
                continue;
            if (left is null || right is null)
                lines.Add($"{path}: a {(left ?? right)!.Kind} only in {(left is null ? bName : aName)}");
            else if (left.Kind != right.Kind)
                lines.Add($"{path}: {left.Kind} in {aName}, {right.Kind} in {bName}");
            else
                lines.Add($"{path}: {string.Join(", ", Differences(left, right))}");
        }

        string more = lines.Count > 40 ? $"\n… and {lines.Count - 40} more" : "";
        return string.Join('\n', lines.Take(40)) + more;
    }

    private static IEnumerable<string> Differences(SnapshotEntry left, SnapshotEntry right)
    {
        if (left.Content != right.Content)
            yield return $"content {left.Content} ≠ {right.Content}";
        if (left.Mode != right.Mode)
            yield return $"mode {Convert.ToString(left.Mode, 8)} ≠ {Convert.ToString(right.Mode, 8)}";
        if (left.MtimeNs != right.MtimeNs)
            yield return $"mtime {left.MtimeNs} ≠ {right.MtimeNs} ns";
    }

    private static void Add(string root, string directory, SortedDictionary<string, SnapshotEntry> entries)
    {
        foreach (FileSystemInfo item in new DirectoryInfo(Path.Combine(root, directory)).EnumerateFileSystemInfos())
        {
            string path = directory.Length == 0 ? item.Name : directory + "/" + item.Name;
            // .NET shows bytes that are no UTF-8 as U+FFFD; such names are never synced, and no test makes a real U+FFFD.
            if (path == ".sync" || item.Name.Contains('\uFFFD', StringComparison.Ordinal) || Libc.TryStat(item.FullName) is not { } stat)
                continue;
            int mode = stat.Mode & 0xFFF;
            if (stat.IsDirectory)
            {
                entries[path] = new SnapshotEntry("directory", mode, 0, "");
                Add(root, path, entries);
            }
            else if (stat.IsLink)
            {
                entries[path] = new SnapshotEntry("symlink", 0, stat.MtimeNs, item.LinkTarget!);
            }
            else if (stat.IsFile)
            {
                entries[path] = new SnapshotEntry("file", mode, stat.MtimeNs, ContentOf(item.FullName, stat.Size));
            }
        }
    }

    private static string ContentOf(string path, long size)
    {
        using FileStream file = File.OpenRead(path);
        return new StringBuilder().Append(size).Append(" bytes ").Append(Convert.ToHexStringLower(SHA256.HashData(file).AsSpan(0, 8))).ToString();
    }
}
