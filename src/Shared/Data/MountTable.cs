using System.Globalization;

namespace Sync.Shared.Data;

/// <summary>
/// What is mounted where, as this process sees it (proc_pid_mountinfo(5)). Tells the names that a directory has through bind mounts, which no link shows.
/// </summary>
internal sealed class MountTable
{
    private const string Source = "/proc/self/mountinfo";

    private readonly List<Mount> _mounts;

    private MountTable(List<Mount> mounts) => _mounts = mounts;

    /// <summary>As it is now; empty where the system has no such table.</summary>
    public static MountTable Read()
    {
        try
        {
            return Parse(OperatingSystem.IsLinux() ? File.ReadAllText(Source) : "");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Parse("");
        }
    }

    /// <summary>The table from its text; lines that make no sense are left out.</summary>
    public static MountTable Parse(string text)
    {
        var mounts = new List<Mount>();
        foreach (var line in text.Split('\n'))
        {
            var fields = line.Split(' ');
            if (fields.Length > 4 && IsNumber(fields[0], out var id) && IsNumber(fields[1], out var parent) && fields[3].StartsWith('/') && fields[4].StartsWith('/'))
                mounts.Add(new Mount(id, parent, fields[2], Unescape(fields[3]), Unescape(fields[4])));
        }

        var known = mounts.Select(m => m.Id).ToHashSet();
        return new MountTable([.. mounts.Select(m => m.Parent is { } parent && parent != m.Id && known.Contains(parent) ? m : m with { Parent = null })]);
    }

    /// <summary>Every real path under which a directory can be reached, its own first.</summary>
    /// <param name="path">A real path. What is missing at its end counts as a plain directory.</param>
    public IReadOnlyList<string> NamesOf(string path)
    {
        var names = new List<string> { path };
        if (Find(path) is not { } at)
            return names;
        var inside = Below(at.Root, path, at.Point);
        foreach (var other in _mounts)
        {
            if (ReferenceEquals(other, at) || !string.Equals(other.Device, at.Device, StringComparison.Ordinal) || !RealPath.IsWithin(inside, other.Root))
                continue;
            var name = Below(other.Point, inside, other.Root);
            // Something else may be mounted over it.
            if (ReferenceEquals(Find(name), other))
                names.Add(name);
        }

        return names;
    }

    /// <summary>The mount that a path leads to, found as the kernel does: from the root on, each mount covers what is below its point.</summary>
    private Mount? Find(string path)
    {
        Mount? at = null;
        while (true)
        {
            var next = _mounts.Where(m => m.Parent == at?.Id && RealPath.IsWithin(path, m.Point)).OrderBy(m => m.Point.Length).FirstOrDefault();
            if (next is null)
                return at;
            at = next;
        }
    }

    /// <summary>Where <paramref name="path"/>, which is below <paramref name="from"/>, is below <paramref name="to"/>.</summary>
    private static string Below(string to, string path, string from)
    {
        var rest = path[from.Length..].TrimStart('/');
        return rest.Length == 0 ? to : Path.Join(to, rest);
    }

    private static bool IsNumber(string field, out int number) => int.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>White space and backslashes are written as three octal digits.</summary>
    private static string Unescape(string field)
    {
        for (var at = field.IndexOf('\\', StringComparison.Ordinal); at >= 0 && at + 3 < field.Length; at = field.IndexOf('\\', at + 1))
            field = field[..at] + (char)(((field[at + 1] - '0') << 6) + ((field[at + 2] - '0') << 3) + (field[at + 3] - '0')) + field[(at + 4)..];
        return field;
    }

    /// <param name="Id">Its number.</param>
    /// <param name="Parent">The mount that its point is on; null for the topmost.</param>
    /// <param name="Device">The file system's, "major:minor".</param>
    /// <param name="Root">The directory of that file system which is mounted.</param>
    /// <param name="Point">Where.</param>
    private sealed record Mount(int Id, int? Parent, string Device, string Root, string Point);
}
