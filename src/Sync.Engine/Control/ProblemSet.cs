using Sync.Engine.Link;

namespace Sync.Engine.Control;

/// <summary>The paths that are not in sync, and why: one problem a path. Single-threaded.</summary>
internal sealed class ProblemSet
{
    private readonly SortedDictionary<string, Problem> _problems = new(StringComparer.Ordinal);

    public int Count => _problems.Count;

    public bool Changed { get; set; }

    public void Set(string path, string code, string message)
    {
        var problem = new Problem(path, code, message);
        if (_problems.TryGetValue(path, out var old) && old == problem) return;
        _problems[path] = problem;
        Changed = true;
    }

    /// <summary>Takes a path off the list; only for one of the codes, if any are given.</summary>
    public void Clear(string path, params ReadOnlySpan<string> codes)
    {
        if (!_problems.TryGetValue(path, out var problem) || (codes.Length > 0 && !codes.Contains(problem.Code))) return;
        _problems.Remove(path);
        Changed = true;
    }

    /// <summary>Lists what cannot be read; below a directory that cannot be read, that directory alone is listed.</summary>
    public void SetUnreadable(string path, string message)
    {
        if (IsUnreadableAbove(path)) return;
        foreach (var below in _problems.Values.Where(p => p.Code == ProblemCodes.Unreadable && (path == "." || p.Path.StartsWith(path + "/", StringComparison.Ordinal))).ToArray()) Clear(below.Path);
        Set(path, ProblemCodes.Unreadable, message);
    }

    private bool IsUnreadableAbove(string path)
    {
        for (var end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
            if (Find(path[..end])?.Code == ProblemCodes.Unreadable) return true;
        return Find(".")?.Code == ProblemCodes.Unreadable;
    }

    /// <summary>Whether a path, or a directory above it, is listed as unreadable.</summary>
    public bool IsUnreadable(string path) => Find(path)?.Code == ProblemCodes.Unreadable || IsUnreadableAbove(path);

    public Problem? Find(string path) => _problems.GetValueOrDefault(path);

    public IReadOnlyList<Problem> Take(int count) => [.. _problems.Values.Take(count)];

    public IEnumerable<Problem> All => _problems.Values;
}
