using Sync.Engine.Control;
using Sync.Engine.Files;
using Sync.Engine.Link;
using Sync.Engine.Trees;

namespace Sync.Engine.Scanning;

/// <summary>The problems found by looking, by directory, so that the next listing of a directory can take back what no longer holds. On the loop.</summary>
internal sealed class NameProblems(ReplicaContext context, LookQueue looks)
{
    /// <summary>What cannot be read is tried again after this time.</summary>
    public static readonly TimeSpan RetryUnreadable = TimeSpan.FromSeconds(10);

    /// <summary>By directory and name, the path under which a problem is listed: the directory may have moved since.</summary>
    private readonly Dictionary<Node, Dictionary<string, string>> _names = [];

    public void Report(Node directory, string name, string code, string message) => context.Problems.Set(Keep(directory, name), code, message);

    /// <summary>Reports what cannot be read, and has it looked at again.</summary>
    public void ReportUnreadable(Node directory, string name, FsError error)
    {
        context.Problems.SetUnreadable(Keep(directory, name), $"It cannot be read ({error}); the last known state stands elsewhere. Mend its permissions; it is tried again.");
        context.After(RetryUnreadable, () => { if (directory.Current.IsLocal) looks.Mark(directory.Current, name, Look.Bytes); });
    }

    private string Keep(Node directory, string name)
    {
        if (!_names.TryGetValue(directory, out var names)) _names.Add(directory, names = new(StringComparer.Ordinal));
        var path = SharePath.Join(context.Trees.LocalPath(directory), name);
        if (names.TryGetValue(name, out var former) && former != path) Clear(former);
        names[name] = path;
        return path;
    }

    public void Clear(Node directory, string name)
    {
        if (!_names.TryGetValue(directory, out var names) || !names.Remove(name, out var path)) return;
        if (names.Count == 0) _names.Remove(directory);
        Clear(path);
        context.Problems.Clear(path, ProblemCodes.FarTime);
        PlanAbsent(directory, name);
    }

    /// <summary>All names of the directory are about to be seen anew.</summary>
    public void ClearAll(Node directory)
    {
        if (!_names.Remove(directory, out var names)) return;
        foreach (var (name, path) in names)
        {
            Clear(path);
            PlanAbsent(directory, name);
        }
    }

    /// <summary>Of what the journal has there, and the disk perhaps not, nothing could be said as long as it could not be read.</summary>
    private void PlanAbsent(Node directory, string name)
    {
        if (context.Trees.RemoteChild(directory.Current, name) is { IsLocal: false } absent) context.Reconciler.Enqueue(absent);
    }

    private void Clear(string path) => context.Problems.Clear(path, ProblemCodes.Unreadable, ProblemCodes.BadName, ProblemCodes.Special, ProblemCodes.Mount, ProblemCodes.LinkOut);
}
