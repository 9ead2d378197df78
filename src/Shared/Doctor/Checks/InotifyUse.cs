using System.Globalization;

namespace Sync.Shared.Doctor.Checks;

/// <summary>Watches and instances that processes hold, as far as this user may see them.</summary>
/// <param name="Watches">In all.</param>
/// <param name="Instances">In all.</param>
internal sealed record InotifyUse(long Watches, long Instances)
{
    /// <summary>Those of every process of this user but one.</summary>
    public static InotifyUse OfOthers(int exceptProcess)
    {
        var (watches, instances) = (0L, 0L);
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == exceptProcess)
                continue;
            foreach (var lines in FdInfos(process))
            {
                var count = lines.LongCount(line => line.StartsWith("inotify ", StringComparison.Ordinal));
                watches += count;
                instances += count > 0 ? 1 : 0;
            }
        }

        return new InotifyUse(watches, instances);
    }

    private static IEnumerable<string[]> FdInfos(string process)
    {
        string[] paths;
        try
        {
            // Not EnumerateFiles: that asks what each leads to, and a file system that does not answer would hold this up for ever.
            paths = [.. Directory.EnumerateFileSystemEntries(Path.Combine(process, "fd")).Where(fd => IsInotify(fd)).Select(fd => Path.Combine(process, "fdinfo", Path.GetFileName(fd)))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another user's, whose watches do not count here, or one that has ended.
            yield break;
        }

        foreach (var path in paths)
        {
            string[] lines;
            try
            {
                lines = File.ReadAllLines(path);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Closed meanwhile.
                continue;
            }

            yield return lines;
        }
    }

    private static bool IsInotify(string descriptor)
    {
        try
        {
            return new FileInfo(descriptor).LinkTarget is "anon_inode:inotify";
        }
        catch (IOException)
        {
            // Closed meanwhile.
            return false;
        }
    }
}
