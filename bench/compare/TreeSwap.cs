namespace Sync.Bench.Compare;

/// <summary>
/// Puts one tree's files where another's are, as unpacking an archive over it and deleting what is no more would, but by exchanging names:
/// that takes microseconds a file and deletes none, so that next to nothing is done before the clock starts.
/// </summary>
internal sealed class TreeSwap
{
    private readonly string _fresh;
    private readonly string _live;
    private readonly Dictionary<string, FileStatus> _wanted;
    private readonly Dictionary<string, FileStatus> _there;

    /// <param name="fresh">The new tree; holds the old files afterwards.</param>
    /// <param name="live">The tree that is replaced.</param>
    public TreeSwap(string fresh, string live)
    {
        _fresh = fresh;
        _live = live;
        _wanted = TreeComparison.Walk(fresh);
        _there = TreeComparison.Walk(live);
    }

    public void Run()
    {
        // A directory's name comes before those below it.
        foreach (var (name, _) in _wanted.Where(e => e.Value.IsDirectory && !IsOldDirectory(e.Key)).OrderBy(e => e.Key, StringComparer.Ordinal))
        {
            if (_there.Remove(name))
                DiskCalls.Move(Path.Combine(_live, name), Path.Combine(_fresh, name + ".before"));
            Directory.CreateDirectory(Path.Combine(_live, name), File.GetUnixFileMode(Path.Combine(_fresh, name)));
        }

        foreach (var (name, _) in _wanted.Where(e => !e.Value.IsDirectory))
        {
            // An old directory of that name would have to go first; no two versions of these sources have one.
            if (_there.ContainsKey(name))
                DiskCalls.Swap(Path.Combine(_fresh, name), Path.Combine(_live, name));
            else
                DiskCalls.Move(Path.Combine(_fresh, name), Path.Combine(_live, name));
        }

        foreach (var (name, status) in _there.Where(e => !_wanted.ContainsKey(e.Key)).OrderByDescending(e => e.Key, StringComparer.Ordinal))
        {
            var aside = Path.Combine(_fresh, name);
            if (status.IsDirectory)
            {
                Directory.Delete(Path.Combine(_live, name));
                continue;
            }

            Directory.CreateDirectory(Path.GetDirectoryName(aside)!);
            DiskCalls.Move(Path.Combine(_live, name), aside);
        }
    }

    private bool IsOldDirectory(string name) => _there.TryGetValue(name, out var status) && status.IsDirectory;
}
