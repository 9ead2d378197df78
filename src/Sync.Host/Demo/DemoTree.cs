using System.IO.Hashing;
using Sync.Shared.Output;

namespace Sync.Host.Demo;

/// <summary>Trees on disk, as the demo copies and compares them.</summary>
internal static class DemoTree
{
    /// <summary>Copies a tree; returns how many files and bytes.</summary>
    public static (int Files, long Bytes) Copy(string from, string to, CancellationToken cancel)
    {
        var files = 0;
        var bytes = 0L;
        Directory.CreateDirectory(to);
        foreach (var directory in Directory.EnumerateDirectories(from, "*", SearchOption.AllDirectories))
            Directory.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            cancel.ThrowIfCancellationRequested();
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
            files++;
            bytes += new FileInfo(file).Length;
        }

        return (files, bytes);
    }

    /// <summary>The first difference between two trees in names, kinds, modes, times or bytes; null if there is none.</summary>
    public static string? Difference(string left, string right, CancellationToken cancel)
    {
        var here = List(left);
        var there = List(right);
        foreach (var path in here.Keys.Union(there.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            cancel.ThrowIfCancellationRequested();
            if (!here.TryGetValue(path, out var one) || !there.TryGetValue(path, out var other))
                return Printable.Text(path) + " is on one side only";
            if (Describe(one, cancel) != Describe(other, cancel))
                return Printable.Text(path) + " differs";
        }

        return null;
    }

    private static Dictionary<string, FileSystemInfo> List(string root)
    {
        var all = new Dictionary<string, FileSystemInfo>(StringComparer.Ordinal);
        foreach (var item in new DirectoryInfo(root).EnumerateFileSystemInfos("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
        {
            var path = Path.GetRelativePath(root, item.FullName);
            if (path is not ".sync" && !path.StartsWith(".sync/", StringComparison.Ordinal))
                all.Add(path, item);
        }

        return all;
    }

    private static (string Kind, UnixFileMode Mode, DateTime Changed, UInt128 Content) Describe(FileSystemInfo item, CancellationToken cancel)
    {
        if (item.LinkTarget is { } target)
            return ("link to " + target, default, default, default);
        var mode = OperatingSystem.IsWindows() ? default : item.UnixFileMode;
        if (item is not FileInfo file)
            return ("directory", mode, default, default);
        var hash = new XxHash128();
        using var stream = file.OpenRead();
        var buffer = new byte[1 << 17];
        for (var read = stream.Read(buffer); read > 0; read = stream.Read(buffer))
        {
            cancel.ThrowIfCancellationRequested();
            hash.Append(buffer.AsSpan(0, read));
        }

        return ("file", mode, file.LastWriteTimeUtc, hash.GetCurrentHashAsUInt128());
    }
}
