using System.Buffers;
using System.Collections.Concurrent;

namespace Sync.Bench.Compare;

/// <summary>Whether two trees are the same: names, kinds, bytes, modes, link targets, and files' mtimes to the nanosecond.</summary>
internal static class TreeComparison
{
    private const int Block = 1 << 20;

    /// <summary>What the tools keep at a tree's top for themselves.</summary>
    private static readonly string[] Own = [".sync", ".stfolder"];

    private static readonly EnumerationOptions All = new() { AttributesToSkip = 0, IgnoreInaccessible = false, ReturnSpecialDirectories = false };

    public static TreeFinding Compare(string source, string target)
    {
        var left = Walk(source);
        var right = Walk(target);
        var differences = new ConcurrentBag<string>();
        var cutShort = 0;
        foreach (var name in right.Keys.Where(n => !left.ContainsKey(n)))
            differences.Add($"{name} is only in the target");
        Parallel.ForEach(left, entry =>
        {
            if (!right.TryGetValue(entry.Key, out var there))
                differences.Add($"{entry.Key} is missing");
            else if (Difference(Path.Combine(source, entry.Key), Path.Combine(target, entry.Key), entry.Value, there, ref cutShort) is { } difference)
                differences.Add($"{entry.Key}: {difference}");
        });
        return new TreeFinding(left.Count, differences.Count, differences.Order(StringComparer.Ordinal).FirstOrDefault(), cutShort);
    }

    /// <summary>A look at each entry's status, and no more.</summary>
    public static Dictionary<string, FileStatus> Walk(string root)
    {
        var found = new Dictionary<string, FileStatus>(StringComparer.Ordinal);
        var left = new Stack<string>([""]);
        while (left.TryPop(out var folder))
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(Path.Combine(root, folder), "*", All))
            {
                var name = Path.GetFileName(path);
                if (folder.Length is 0 && Own.Contains(name, StringComparer.Ordinal))
                    continue;
                var relative = Path.Combine(folder, name);
                var status = DiskCalls.Status(path);
                found.Add(relative, status);
                if (status.IsDirectory)
                    left.Push(relative);
            }
        }

        return found;
    }

    private static string? Difference(string source, string target, in FileStatus here, in FileStatus there, ref int cutShort)
    {
        if (here.Mode != there.Mode)
            return $"mode {Convert.ToString(here.Mode, 8)}, there {Convert.ToString(there.Mode, 8)}";
        if (here.IsLink)
            return new FileInfo(source).LinkTarget == new FileInfo(target).LinkTarget ? null : "another link target";
        if (!here.IsFile)
            return null;
        if (here.Size != there.Size)
            return $"{here.Size} bytes, there {there.Size}";
        if (here.ModifySeconds != there.ModifySeconds)
            return $"mtime {here.ModifySeconds}, there {there.ModifySeconds}";
        if (here.ModifyNanoseconds != there.ModifyNanoseconds)
        {
            if (!IsCut(here.ModifyNanoseconds, there.ModifyNanoseconds))
                return $"mtime ns {here.ModifyNanoseconds}, there {there.ModifyNanoseconds}";
            Interlocked.Increment(ref cutShort);
        }

        return SameBytes(source, target) ? null : "other bytes";
    }

    // Some keep whole seconds, some go through floating-point numbers and are a microsecond off.
    private static bool IsCut(uint here, uint there) => there is 0 || Math.Abs((long)here - there) <= 1_000;

    private static bool SameBytes(string source, string target)
    {
        using var one = File.OpenHandle(source);
        using var other = File.OpenHandle(target);
        var length = RandomAccess.GetLength(one);
        var size = (int)Math.Min(Math.Max(length, 1), Block);
        var left = ArrayPool<byte>.Shared.Rent(size);
        var right = ArrayPool<byte>.Shared.Rent(size);
        try
        {
            for (var at = 0L; at < length;)
            {
                var read = RandomAccess.Read(one, left.AsSpan(0, size), at);
                if (read is 0)
                    return false;
                for (var got = 0; got < read;)
                {
                    var more = RandomAccess.Read(other, right.AsSpan(got, read - got), at + got);
                    if (more is 0)
                        return false;
                    got += more;
                }

                if (!left.AsSpan(0, read).SequenceEqual(right.AsSpan(0, read)))
                    return false;
                at += read;
            }

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(left);
            ArrayPool<byte>.Shared.Return(right);
        }
    }
}
