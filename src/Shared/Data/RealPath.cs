namespace Sync.Shared.Data;

/// <summary>Absolute paths with every link on the way followed, so that two names of one directory compare equal.</summary>
internal static class RealPath
{
    // As many as Linux follows (path_resolution(7)).
    private const int MostLinks = 40;

    /// <summary>The path, absolute and free of links as far as it exists; what does not exist yet stays as written.</summary>
    public static string Of(string path)
    {
        var full = Path.GetFullPath(path);
        for (var links = 0; links < MostLinks; links++)
        {
            if (FollowFirstLink(full) is not { } next)
                break;
            full = next;
        }

        return Path.TrimEndingDirectorySeparator(full);
    }

    /// <summary>Whether <paramref name="inner"/> is <paramref name="outer"/> or lies below it; both real paths.</summary>
    public static bool IsWithin(string inner, string outer)
    {
        if (!inner.StartsWith(outer, StringComparison.Ordinal))
            return false;
        return inner.Length == outer.Length || Path.EndsInDirectorySeparator(outer) || inner[outer.Length] == Path.DirectorySeparatorChar;
    }

    private static string? FollowFirstLink(string full)
    {
        var root = Path.GetPathRoot(full)!;
        var end = root.Length;
        while (end < full.Length)
        {
            var next = full.IndexOf(Path.DirectorySeparatorChar, end);
            if (next < 0)
                next = full.Length;
            var prefix = full[..next];
            if (new DirectoryInfo(prefix).LinkTarget is { } target)
            {
                var resolved = Path.GetFullPath(target, Path.GetDirectoryName(prefix) ?? root);
                return Path.Join(resolved, full[next..]);
            }

            end = next + 1;
        }

        return null;
    }
}
