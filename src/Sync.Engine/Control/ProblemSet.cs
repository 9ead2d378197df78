using Sync.Engine.Link;

namespace Sync.Engine.Control;

/// <summary>
/// The paths that are not in sync, and why. A path has one problem of those found by looking at it and one of the others at the most: what is
/// seen there again says nothing of whether the journal's state could be put there. Single-threaded.
/// </summary>
internal sealed class ProblemSet
{
    private readonly SortedDictionary<string, Problem> _seen = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, Problem> _others = new(StringComparer.Ordinal);

    public int Count => _seen.Count + _others.Count;

    public bool Changed { get; set; }

    /// <summary>By path.</summary>
    public IEnumerable<Problem> All => _seen.Values.Concat(_others.Values).OrderBy(p => p.Path, StringComparer.Ordinal);

    public void Set(string path, string code, string message)
    {
        var problem = new Problem(path, code, message);
        var problems = Of(code);
        if (problems.TryGetValue(path, out var old) && old == problem) return;
        problems[path] = problem;
        Changed = true;
    }

    /// <summary>Takes a path off the list, if it is there for one of the codes.</summary>
    public void Clear(string path, params ReadOnlySpan<string> codes)
    {
        foreach (var code in codes)
        {
            if (Find(path, code) is null) continue;
            Of(code).Remove(path);
            Changed = true;
        }
    }

    /// <summary>Lists what cannot be read; below a directory that cannot be read, that directory alone is listed.</summary>
    public void SetUnreadable(string path, string message)
    {
        if (IsUnreadableAbove(path)) return;
        foreach (var below in _seen.Values.Where(p => p.Code == ProblemCodes.Unreadable && (path == "." || p.Path.StartsWith(path + "/", StringComparison.Ordinal))).ToArray())
            Clear(below.Path, ProblemCodes.Unreadable);
        Set(path, ProblemCodes.Unreadable, message);
    }

    private bool IsUnreadableAbove(string path)
    {
        for (var end = path.LastIndexOf('/'); end > 0; end = path.LastIndexOf('/', end - 1))
            if (Find(path[..end], ProblemCodes.Unreadable) is not null) return true;
        return Find(".", ProblemCodes.Unreadable) is not null;
    }

    /// <summary>Whether a path, or a directory above it, is listed as unreadable.</summary>
    public bool IsUnreadable(string path) => Find(path, ProblemCodes.Unreadable) is not null || IsUnreadableAbove(path);

    /// <summary>Whether a path is listed for any reason.</summary>
    public bool Contains(string path) => _seen.ContainsKey(path) || _others.ContainsKey(path);

    public IReadOnlyList<Problem> Take(int count) => [.. _seen.Values.Take(count).Concat(_others.Values.Take(count)).OrderBy(p => p.Path, StringComparer.Ordinal).Take(count)];

    private Problem? Find(string path, string code) => Of(code).GetValueOrDefault(path) is { } problem && problem.Code == code ? problem : null;

    private SortedDictionary<string, Problem> Of(string code) =>
        code is ProblemCodes.Unreadable or ProblemCodes.BadName or ProblemCodes.Special or ProblemCodes.Mount or ProblemCodes.LinkOut or ProblemCodes.FarTime ? _seen : _others;
}
